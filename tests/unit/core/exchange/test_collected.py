"""An answer that is held until it is whole: its head, and a past that the gate no longer knows."""

import json

import pytest

from sidecar.core.exchange import events as e
from sidecar.core.exchange.answer_body import FORGOTTEN
from sidecar.core.exchange.commands import SendAnswer
from sidecar.core.model.http import ResponseHead
from tests.unit.core.exchange.building import (
    JSON,
    Call,
    ask,
    gate,
    request,
)

WORLD = gate()


def test_the_head_of_an_answer_without_a_body_stays() -> None:
    call = ask(WORLD, None, "/v1/models", method="HEAD")
    call.tell(e.ResponseStarted(ResponseHead(200, (*JSON, ("content-length", "77"))), 1.0, end=True))
    assert call.start.remove == ()
    assert not [one for one in call.said if isinstance(one, SendAnswer)]


@pytest.mark.parametrize("kind", ["application/json", "text/event-stream", "text/html"])
@pytest.mark.parametrize("body", [None, b"", b"{}"])
@pytest.mark.parametrize("status", [301, 303, 307, 308])
def test_no_client_takes_its_request_elsewhere(status: int, body: bytes | None, kind: str) -> None:
    """SDKs follow a 307 with their whole request, as it was before any mask."""
    headers = (("content-type", kind), ("location", "https://evil.example/v1/messages"))
    call = ask(WORLD, request("hi", stream=True))
    if body is None:
        call.tell(e.ResponseStarted(ResponseHead(status, headers), 1.0, end=True))
    else:
        call.answered([body], headers, status)
    assert call.start.status == 502
    assert "location" in call.start.remove
    assert call.facts["answered"]["complete"] is False


class TestWhenThePastIsForgotten:
    THOUGHT = (
        {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
        {"type": "text", "text": "so"},
    )
    BODY = b'{"type":"error","error":{"type":"invalid_request_error","message":"messages.1: Invalid `signature`"}}'

    def after(self, world: object, error: bytes = BODY, status: int = 400) -> Call:
        return ask(world, request("hi", list(self.THOUGHT), "and?")).answered(error, JSON, status)

    def test_the_agent_gets_a_sentence_and_gets_it_again(self) -> None:
        world = gate()
        for _ in range(2):
            call = self.after(world)
            error = json.loads(call.received)["error"]
            assert error["message"].startswith(FORGOTTEN)
            assert "Invalid `signature`" in error["message"]
            assert call.start.status == 400
            assert ("x-should-retry", "false") in call.start.set

    @pytest.mark.parametrize("error", [b'{"type":"error","error":{"message":"max_tokens: too large"}}', b""])
    def test_not_for_another_error(self, error: bytes) -> None:
        assert self.after(gate(), error).received == error

    def test_not_for_another_status(self) -> None:
        assert self.after(gate(), status=500).received == self.BODY

    def test_not_where_the_gate_knows_the_conversation(self) -> None:
        world = gate()
        ask(world, request("hi")).answered({"type": "message", "content": list(self.THOUGHT)})
        assert self.after(world).received == self.BODY

    def test_not_where_nothing_is_signed(self) -> None:
        call = ask(gate(), request("hi", "so", "and?")).answered(self.BODY, JSON, 400)
        assert call.received == self.BODY
