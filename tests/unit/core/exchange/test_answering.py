"""Which kind of answer it is."""

import pytest

from sidecar.core.exchange import events as e
from sidecar.core.exchange.commands import StartAnswer
from sidecar.core.model.http import Headers, ResponseHead
from tests.unit.core.exchange.building import (
    JSON,
    SSE,
    ask,
    gate,
    request,
)

WORLD = gate()


@pytest.mark.parametrize(
    ("note", "headers", "status", "streams"),
    [
        ("an event stream", SSE, 200, True),
        ("with capital letters", (("content-type", "Text/Event-Stream"),), 200, True),
        ("an error in its type", SSE, 500, False),
        ("JSON", JSON, 200, False),
        ("nothing", (), 200, False),
    ],
)
def test_only_an_event_stream_flows(note: str, headers: Headers, status: int, streams: bool) -> None:
    call = ask(WORLD, request("hi"))
    commands = call.tell(e.ResponseStarted(ResponseHead(status, headers), 1.0))
    assert [type(one) for one in commands] == ([StartAnswer] if streams else [])
    if streams:
        assert ("x-gatehouse-exchange", "gx_1") in call.start.set
        assert "content-length" in call.start.remove
