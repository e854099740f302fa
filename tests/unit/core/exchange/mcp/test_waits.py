"""Who is kept while people think, and what it hears."""

import json

import pytest

from sidecar.core.exchange.mcp.waits import Waits, waits
from sidecar.core.model.http import RequestHead
from sidecar.core.wire.json_strict import JsonLimits, parse
from sidecar.core.wire.mcp.message import read_message
from tests.unit.core.exchange.mcp.speaking import request, result, said

BOTH = "application/json, text/event-stream"


def of(message: object, accept: str = BOTH) -> Waits | None:
    read = None if message is None else read_message(parse(json.dumps(message).encode(), JsonLimits()))
    return waits("gx_1", RequestHead("POST", "/", (("accept", accept),)), read)


def token(value: object) -> dict[str, object]:
    return request("tools/call", name="send", _meta={"progressToken": value})


@pytest.mark.parametrize(
    ("message", "accept", "note"),
    [
        (None, BOTH, "a stream of the server's own, or the end of a session"),
        (said(method="notifications/initialized"), BOTH, "nobody waits for anything"),
        (result(), BOTH, "an answer of the client's"),
        (request("initialize"), BOTH, "its answer's head carries the session"),
        (token(7), "text/plain", "it reads nothing that could be said"),
        (request("initialize"), "application/json", "its answer's head carries the session"),
        (token(7), "*/*", "it does not say so: the older transport answers elsewhere"),
    ],
)
def test_nobody_is_told_who_could_not_hear_it(message: object, accept: str, note: str) -> None:
    assert of(message, accept) is None, note


@pytest.mark.parametrize("accept", [BOTH, "Text/Event-Stream", "text/event-stream;q=0.5"])
def test_whoever_reads_event_streams_is_kept(accept: str) -> None:
    kept = of(token("t-1"), accept)
    assert kept == Waits("gx_1", "tools/call", 1, "t-1")
    assert ("content-type", "text/event-stream") in kept.headers


def test_whoever_reads_json_alone_is_kept_by_empty_lines() -> None:
    kept = of(token("t-1"), "Application/JSON")
    assert kept == Waits("gx_1", "tools/call", 1, "t-1", streams=False)
    assert ("content-type", "application/json") in kept.headers
    text = kept.waiting(1.0, 601.0, "mails") + kept.let_go(6.0, 601.0) + kept.answer(b'{"id":1}')
    assert json.loads(text) == {"id": 1}
    assert len(kept.waiting(1.0, 601.0, "mails")) == 1


@pytest.mark.parametrize("value", [True, 1.5, None, [], {}, "x" * 257, 2**63])
def test_a_token_that_is_none(value: object) -> None:
    kept = of(token(value))
    assert kept is not None
    assert kept.token is None


@pytest.mark.parametrize("value", ["t", "ü\n\ndata: x", 0, -3, 2**63 - 1])
def test_progress_rises_and_stays_below_one(value: object) -> None:
    kept = of(token(value))
    assert kept is not None
    told = [kept.waiting(1.0, 601.0, "mails"), kept.waiting(6.2, 601.0, "mails"), kept.let_go(700.0, 601.0)]
    params = []
    for one in told:
        assert one.endswith(b"\n\n")
        name, data = one.decode().rstrip("\n").split("\n")
        assert name == "event: message"
        message = json.loads(data.removeprefix("data: "))
        assert message["method"] == "notifications/progress"
        assert message["params"]["progressToken"] == value
        params.append(message["params"])
    assert [one["progress"] for one in params] == sorted({one["progress"] for one in params})
    assert params[-1]["progress"] == 1.0
    assert params[1]["message"] == "Waiting for a person's approval (rule mails), 6 s."
    assert params[2]["message"] == "Approved after 700 s: the call is on its way."


def test_who_asked_for_no_progress_gets_comments() -> None:
    kept = of(request("tools/call", name="send"))
    assert kept is not None
    assert kept.waiting(6.0, 601.0, "mails") == b": Waiting for a person's approval (rule mails), 6 s.\n\n"
