"""A server that streams to a client that waits and reads no stream."""

import json

import pytest

from tests.unit.core.exchange.building import JSON, KEY, SSE, Call
from tests.unit.core.exchange.held import APPROVED, kinds, settled
from tests.unit.core.exchange.mcp.kept import ALONE, ended, kept
from tests.unit.core.exchange.mcp.speaking import event, said, text

NOTE = said(method="notifications/progress", params={"progressToken": "t", "progress": 1})
OTHER = said(method="notifications/message", params={"data": f"the key is {KEY}"})


def answered(parts: list[bytes], headers: tuple[tuple[str, str], ...] = SSE, status: int = 200) -> Call:
    call = settled(kept(headers=ALONE), APPROVED).answered(parts, headers, status)
    assert ended(call)
    return call


def test_the_answer_is_all_that_the_client_gets_and_the_rest_is_judged() -> None:
    stream = b": ping\n\n" + b"".join(map(event, (NOTE, OTHER, text(f"it is {KEY}", 7), NOTE)))
    for parts in ([stream], [stream[:50], stream[50:]]):
        call = answered(parts)
        answer = json.loads(call.received)
        assert (answer["id"], "it is [KEY" in str(answer), KEY in call.received.decode()) == (7, True, False)
        assert kinds(call.said)[-1] == "answered"
        assert len(call.facts["answered"]["findings"]) == 2


def test_what_comes_as_one_message_stays_one() -> None:
    assert json.loads(answered([json.dumps(text("sent", 7)).encode()], JSON).received) == text("sent", 7)


@pytest.mark.parametrize(
    ("parts", "status", "sentence"),
    [
        ([event(NOTE)], 200, "ended without an answer"),
        ([event(text("for another", 8))], 200, "ended without an answer"),
        ([b"data: {nothing\n\n"], 200, "no message of MCP"),
        ([b"x" * (17 << 20)], 200, "more than 16777216 bytes"),
        ([event(text("sent", 7))], 500, "status 500 and no message"),
    ],
)
def test_what_is_no_answer_is_told_as_an_error(parts: list[bytes], status: int, sentence: str) -> None:
    answer = json.loads(answered(parts, status=status).received)
    assert (answer["id"], answer["result"]["isError"]) == (7, True)
    assert sentence in answer["result"]["content"][0]["text"]
