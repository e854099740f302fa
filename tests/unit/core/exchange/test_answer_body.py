"""Answers that are not a stream."""

import gzip
import json

import brotli
import pytest

from sidecar.core.errors import Refused
from sidecar.core.exchange import answer_body
from sidecar.core.exchange.commands import SendAnswer
from sidecar.core.exchange.decide import decide
from sidecar.core.exchange.outcome import Arrived, Go
from sidecar.core.model.http import RequestHead, ResponseHead
from tests.unit.core.exchange.building import (
    CALLER,
    JSON,
    KEY,
    MAIL,
    SSE,
    Call,
    ask,
    cuts,
    encoded,
    gate,
    message,
    request,
)

RULE = "\n  - {id: no-keys, detect: ['secret/*'], do: deny, say: No keys here.%s}\n"
TOOLS = "\n  - {id: tools, where: [tool_call], match: {regex: 'rm -rf', tool: Bash}, do: deny, say: Not that.}\n"
WORLD = gate()


def reply(*content: object, **fields: object) -> dict[str, object]:
    usage = {"input_tokens": 3, "output_tokens": 4}
    head = {"id": "msg_0123456789", "type": "message", "role": "assistant", "model": "claude-x"}
    return {**head, "content": list(content), "stop_reason": "end_turn", "usage": usage, **fields}


def text(words: str) -> dict[str, object]:
    return {"type": "text", "text": words}


def tool(command: str, name: str = "Bash") -> dict[str, object]:
    return {"type": "tool_use", "id": "toolu_0123456789", "name": name, "input": {"command": command}}


HARMLESS = b' {"type":"message", "content":[{"type":"text","text":"\\u0068i \\/"}],\r\n "x":1.0e2, "usage":{}}\n'


class TestPasses:
    def test_untouched_is_untouched_however_it_is_cut(self) -> None:
        for pieces in cuts(HARMLESS):
            call = ask(WORLD, request("hi")).answered(pieces)
            assert call.received == HARMLESS
            assert dict(call.start.set)["content-length"] == str(len(HARMLESS))
            assert dict(call.start.set)["x-gatehouse-exchange"] == "gx_1"
            assert "content-length" in call.start.remove

    @pytest.mark.parametrize(
        ("name", "packed"),
        [("gzip", gzip.compress(HARMLESS, mtime=0)), ("br", brotli.compress(HARMLESS)), ("identity", HARMLESS)],
    )
    def test_a_compressed_answer_leaves_plain(self, name: str, packed: bytes) -> None:
        call = ask(WORLD, request("hi")).answered(packed, (*JSON, ("content-encoding", name)))
        assert call.received == HARMLESS
        assert "content-encoding" in call.start.remove
        assert dict(call.start.set)["content-length"] == str(len(HARMLESS))

    def test_masked_and_restored(self) -> None:
        call = ask(WORLD, request(MAIL))
        mark = json.loads(call.forward.body or b"")["messages"][0]["content"]
        call.answered(reply(text(f"{KEY} for {mark}"), tool(f"mail {mark} \\ {KEY}"), {"type": "new", "x": [KEY]}))
        got = json.loads(call.received)
        assert got["content"][0]["text"].startswith("[KEY_")
        assert got["content"][0]["text"].endswith(f"for {MAIL}")
        assert got["content"][1]["input"]["command"].startswith(f"mail {MAIL} \\ [KEY_")
        assert KEY not in repr(call.said) + json.dumps(call.facts) + call.received.decode()
        assert dict(call.start.set)["content-length"] == str(len(call.received))
        fact = call.facts["answered"]
        assert (fact["verdict"], fact["stop_reason"], fact["complete"]) == ("mask", "end_turn", True)

    @pytest.mark.parametrize("status", [400, 401, 403, 429, 500, 529])
    def test_errors_of_the_upstream_pass_as_they_are(self, status: int) -> None:
        body = b'{ "type":"error", "error":{"type":"x_error","message":"no \\u0068"} }'
        headers = (*JSON, ("retry-after", "7"), ("anthropic-ratelimit-requests-remaining", "0"))
        call = ask(WORLD, request("hi")).answered(body, headers, status)
        assert call.received == body
        assert call.start.status is None
        assert not {"retry-after", "anthropic-ratelimit-requests-remaining"} & {
            *call.start.remove,
            *dict(call.start.set),
        }

    def test_an_error_page_is_judged_as_text(self) -> None:
        call = ask(WORLD, request("hi")).answered(f"<p>{KEY}".encode(), (("content-type", "text/html"),), 502)
        assert call.received.startswith(b"<p>[KEY_")

    def test_an_error_that_says_json_and_is_none(self) -> None:
        assert ask(WORLD, request("hi")).answered(b"<p>Bad Gateway", JSON, 502).received == b"<p>Bad Gateway"

    def test_an_empty_answer(self) -> None:
        call = ask(WORLD, request("hi")).answered(b"", ())
        assert (call.received, dict(call.start.set)["content-length"]) == (b"", "0")


UNREADABLE = (
    ("no JSON", b"<html>", JSON),
    ("half of it", encoded(reply(text("hi")))[:-1], JSON),
    ("another type", encoded(reply(text("hi"))), (("content-type", "text/plain"),)),
    ("no type", encoded(reply(text("hi"))), ()),
    ("binary", b"\x00\x01", (("content-type", "application/octet-stream"),)),
    ("a key twice", b'{"content":[],"content":[]}', JSON),
    ("an unknown encoding", b"xx", (*JSON, ("content-encoding", "lzw"))),
    ("an event stream in an unknown encoding", b"xx", (*SSE, ("content-encoding", "lzw"))),
    ("damaged gzip", gzip.compress(HARMLESS, mtime=0)[:-3], (*JSON, ("content-encoding", "gzip"))),
    ("gzip once more", gzip.compress(gzip.compress(HARMLESS, mtime=0)), (*JSON, ("content-encoding", "gzip"))),
)


@pytest.mark.parametrize(("body", "headers"), [row[1:] for row in UNREADABLE], ids=[row[0] for row in UNREADABLE])
def test_what_cannot_be_read_does_not_pass(body: bytes, headers: tuple[tuple[str, str], ...]) -> None:
    call = ask(WORLD, request("hi")).answered(body, headers)
    assert call.start.status == 502
    assert json.loads(call.received)["error"]["type"] == "api_error"
    assert ("content-type", "application/json") in call.start.set
    assert call.facts["answered"]["complete"] is False
    assert call.facts["answered"]["broken"]


def test_what_is_too_large_is_not_even_kept() -> None:
    decision = decide(WORLD, Arrived("gx_1", RequestHead("GET", "/v1/models"), CALLER, None, 1.0))
    assert isinstance(decision.outcome, Go)
    body = answer_body.AnswerBody(decision.outcome.answer, ResponseHead(200, JSON))
    half = b" " * (answer_body.MAX_ANSWER // 2 + 1)
    body.feed(half)
    with pytest.raises(Refused):
        body.feed(half)
    assert not body._body


def test_an_answer_beyond_the_limit() -> None:
    big = b" " * (answer_body.MAX_ANSWER // 2 + 1)
    assert ask(WORLD, request("hi")).answered([big, big]).start.status == 502
    bomb = gzip.compress(b" " * (answer_body.MAX_ANSWER + 1), 1)
    assert ask(WORLD, request("hi")).answered(bomb, (*JSON, ("content-encoding", "gzip"))).start.status == 502


class TestDenied:
    @pytest.mark.parametrize("content", [text(KEY), tool(KEY), {"type": "new", KEY: "x"}])
    def test_as_an_error(self, content: dict[str, object]) -> None:
        call = ask(gate(RULE % ", deny: {as: error}"), request("hi"))
        call.answered(reply(text("well, "), content), (*JSON, ("x-should-retry", "true")))
        self.check(call, 400)
        assert "x-should-retry" in call.start.remove
        assert ("x-should-retry", "false") in call.start.set
        assert ("x-gatehouse-rule", "no-keys") in call.start.set

    def test_as_an_answer(self) -> None:
        call = ask(gate(RULE % ", deny: {as: answer}"), request("hi")).answered(reply(text(f"well, {KEY}")))
        self.check(call, None)
        got = json.loads(call.received)
        assert (got["type"], got["stop_reason"], got["model"]) == ("message", "end_turn", "claude-x")
        assert "No keys here." in got["content"][0]["text"]

    def test_a_count_cannot_be_answered(self) -> None:
        call = ask(gate(RULE % ", deny: {as: answer}"), request("hi"), "/v1/messages/count_tokens")
        self.check(call.answered({"input_tokens": 3, "note": KEY}), 400)

    def test_one_tool_call(self) -> None:
        call = ask(gate(TOOLS), request("hi")).answered(reply(text("rm -rf is fine as words"), tool("rm -rf /")))
        self.check(call, None)
        words, turned = json.loads(call.received)["content"]
        assert (words["text"], turned["name"], turned["input"]["rule"]) == (
            "rm -rf is fine as words",
            "blocked_by_policy",
            "tools",
        )
        other = ask(gate(TOOLS), request("hi")).answered(reply(tool("rm -rf /", "Read")))
        assert json.loads(other.received)["content"][0]["name"] == "Read"

    def check(self, call: Call, status: int | None) -> None:
        assert call.start.status == status
        assert len([one for one in call.said if isinstance(one, SendAnswer)]) == 1
        said = call.received.decode() + repr(call.said) + json.dumps(call.facts)
        assert KEY not in said
        assert "well, " not in said
        assert call.facts["answered"]["verdict"] == "deny"


class TestOtherPaths:
    WORLD = gate(head="paths: ['GET /v1/files*']")

    @pytest.mark.parametrize(
        ("kind", "body", "extent"),
        [
            ("application/pdf", b"%PDF \xff", "not"),
            ("text/csv", b"a,b", "whole"),
            ("application/json", b"[1]", "whole"),
        ],
    )
    def test_what_a_policy_allowed_passes_and_says_what_was_not_read(self, kind: str, body: bytes, extent: str) -> None:
        call = ask(self.WORLD, None, "/v1/files/x", method="GET").answered(body, (("content-type", kind),))
        assert call.received == body
        assert call.facts["answered"]["scanned"]["extent"] == extent

    def test_text_is_masked(self) -> None:
        call = ask(self.WORLD, None, "/v1/files/x", method="GET").answered(
            KEY.encode(), (("content-type", "text/csv"),)
        )
        assert call.received.startswith(b"[KEY_")


class TestBatchResults:
    PATH = "/v1/messages/batches/msgbatch_01/results"
    KIND = (("content-type", "application/x-jsonl"),)

    def line(self, content: object) -> bytes:
        return encoded({"custom_id": "a", "result": {"type": "succeeded", "message": reply(content)}})

    def test_every_line_is_masked_and_the_rest_stays(self) -> None:
        lines = [
            self.line(text("hi")),
            b"",
            self.line(text(KEY)),
            b'{"custom_id":"b","result":{"type":"expired"}}\r',
            b"",
        ]
        body = b"\n".join(lines)
        received = ask(WORLD, None, self.PATH, method="GET").answered(body, self.KIND).received
        assert received.split(b"\n")[0] == lines[0]
        assert received.split(b"\n")[3:] == lines[3:]
        assert KEY.encode() not in received

    def test_a_tool_call_in_it_is_judged_as_one(self) -> None:
        call = ask(gate(TOOLS), None, self.PATH, method="GET")
        received = call.answered(self.line(tool("rm -rf /")), self.KIND).received
        assert json.loads(received)["result"]["message"]["content"][0]["name"] == "blocked_by_policy"
        assert call.facts["answered"]["findings"][0]["path"] == "result.message.content[0].input.command"

    def test_a_line_that_is_no_json(self) -> None:
        call = ask(WORLD, None, self.PATH, method="GET").answered(self.line(text("hi")) + b"\n{", self.KIND)
        assert call.start.status == 502


def test_a_message_in_place_of_events_is_no_way_around() -> None:
    """What a client reads as JSON is judged as JSON, whatever was asked for."""
    call = ask(WORLD, request("hi", stream=True)).answered(reply(text(KEY)))
    assert KEY.encode() not in call.received
    call = ask(WORLD, request("hi")).answered([message()], SSE)
    assert call.received == message()
