"""What an answer knows of its request."""

import pytest

from sidecar.core.exchange.context import AnswerContext
from sidecar.core.exchange.decide import decide
from sidecar.core.exchange.outcome import Arrived, Go
from sidecar.core.model.http import RequestHead
from sidecar.core.wire.claude.endpoints import Endpoint
from tests.unit.core.exchange.building import CALLER, JSON, MAIL, encoded, gate, request

SIGNED = [{"type": "thinking", "thinking": "hm", "signature": "c2ln"}]


def context(body: object, path: str = "/v1/messages") -> AnswerContext:
    arrived = Arrived("gx_1", RequestHead("POST", path, JSON), CALLER, encoded(body), 1.0)
    outcome = decide(gate(), arrived).outcome
    assert isinstance(outcome, Go)
    return outcome.answer


@pytest.mark.parametrize(
    ("body", "path", "endpoint", "stream", "uncertain"),
    [
        (request("hi"), "/v1/messages", Endpoint.MESSAGES, False, False),
        (request("hi", stream=True), "/c/second/v1/messages", Endpoint.MESSAGES, True, False),
        (request("hi", SIGNED, "so"), "/v1/messages", Endpoint.MESSAGES, False, True),
        (request("hi"), "/v1/messages/count_tokens", Endpoint.COUNT_TOKENS, False, False),
    ],
)
def test_it_knows(body: object, path: str, endpoint: Endpoint, stream: bool, uncertain: bool) -> None:
    known = context(body, path)
    assert known.exchange == "gx_1"
    assert known.caller == CALLER
    assert known.connection == ("second" if "second" in path else "claude")
    assert (known.endpoint, known.stream, known.uncertain_past) == (endpoint, stream, uncertain)


def test_its_repr_holds_no_value_the_agent_is_owed() -> None:
    assert MAIL not in repr(context(request(MAIL)))
