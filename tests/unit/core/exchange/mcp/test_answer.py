"""What a server says on its way to the client."""

import json

import pytest

from sidecar.core.exchange.commands import SendAnswer
from sidecar.core.exchange.events import Gone, ResponseChunk, ResponseStarted, Stopped
from sidecar.core.model.block import Block, Target
from sidecar.core.model.http import ResponseHead
from sidecar.core.wire.sse import SseReader
from tests.unit.core.exchange.building import JSON, KEY, SSE, cuts, gate
from tests.unit.core.exchange.mcp.speaking import ask, call, event, exchanged, request, result, said, text

RESULTS = "\n  - {id: keys, where: [tool_result], detect: ['secret/*'], do: mask}\n"
DENIES = "\n  - {id: keys, where: [tool_result], detect: ['secret/*'], do: deny, say: It holds a key.}\n"
OF_SEND = "\n  - {id: keys, where: [tool_result], match: {tool: send}, detect: ['secret/*'], do: mask}\n"


def messages(received: bytes) -> list[dict[str, object]]:
    return [json.loads(one.data) for one in SseReader().feed(received, end=True) if one.data]


@pytest.mark.parametrize("stream", [False, True])
class TestBothWays:
    def test_a_result_that_nobody_minds_keeps_its_bytes(self, stream: bool) -> None:
        raw = b'{ "jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"\\u0068i"}] } }'
        sent = b"id: 3\ndata: " + raw + b"\n\n: ping\n\n" if stream else raw
        made = ask(gate(RESULTS), call()).answered([sent], SSE if stream else JSON)
        assert made.received == sent

    def test_a_result_is_masked(self, stream: bool) -> None:
        made = exchanged(gate(RESULTS), call(), text(f"key {KEY}"), stream=stream)
        assert KEY.encode() not in made.received
        assert b"key [KEY_" in made.received
        assert made.facts["answered"]["verdict"] == "mask"
        assert made.facts["answered"]["findings"][0]["path"] == "result.content[0].text"

    def test_a_result_that_may_not_pass_is_answered_for(self, stream: bool) -> None:
        made = exchanged(gate(DENIES), call(id="a"), text(KEY, id="a"), stream=stream)
        (told,) = messages(made.received) if stream else [json.loads(made.received)]
        assert (told["id"], told["result"]["isError"]) == ("a", True)
        assert "It holds a key." in told["result"]["content"][0]["text"]
        assert KEY.encode() not in made.received

    def test_what_is_no_message_does_not_pass(self, stream: bool) -> None:
        bad = b"data: {nothing\n\n" if stream else b"{nothing"
        made = ask(gate(), call(id=4)).answered([bad], SSE if stream else JSON)
        (told,) = messages(made.received) if stream else [json.loads(made.received)]
        assert told["id"] == 4
        assert b"nothing" not in made.received.replace(b"nothing of", b"")
        assert made.facts["answered"]["complete"] is False

    def test_only_the_tool_that_was_called_is_meant(self, stream: bool) -> None:
        world = gate(OF_SEND)
        assert KEY.encode() not in exchanged(world, call("send"), text(KEY), stream=stream).received
        assert KEY.encode() in exchanged(world, call("other"), text(KEY), stream=stream).received
        assert KEY.encode() not in exchanged(world, call("other"), text(KEY, id=9), stream=stream).received, "whose?"


class TestStreams:
    TALK = b"".join(
        (
            b": hello\n\nid: 1\ndata:\n\n",
            event(said(method="notifications/progress", params={"progressToken": 1, "message": f"with {KEY}"})),
            event(request("sampling/createMessage", "s1", messages=[{"role": "user", "content": {"text": KEY}}])),
            event(text(f"done {KEY}")),
        )
    )

    def test_any_cut_gives_the_same(self) -> None:
        outs = set()
        for pieces in cuts(self.TALK, seeds=4):
            made = ask(gate(RESULTS), call()).answered(list(pieces), SSE)
            outs.add(made.received)
        assert len(outs) == 1
        (out,) = outs
        assert KEY.encode() not in out
        assert [one.get("method") for one in messages(out)] == [
            "notifications/progress",
            "sampling/createMessage",
            None,
        ]

    def test_each_message_leaves_at_once(self) -> None:
        made = ask(gate(RESULTS), call())
        made.tell(ResponseStarted(ResponseHead(200, SSE), made.at))
        first = event(said(method="notifications/progress", params={"progressToken": 1}))
        commands = made.tell(ResponseChunk(first, made.at))
        assert [one.data for one in commands if isinstance(one, SendAnswer)] == [first]

    def test_a_question_that_may_not_pass_is_told_in_the_log(self) -> None:
        asks = request("elicitation/create", "e", message=f"Type {KEY}")
        made = ask(gate(DENIES), method="GET").answered([event(asks) + event(said(method="ping", id=2))], SSE)
        told = messages(made.received)
        assert [one["method"] for one in told] == ["notifications/message", "ping"]
        assert "It holds a key." in told[0]["params"]["data"]

    def test_people_can_stop_it(self) -> None:
        made = ask(gate(RESULTS), call(id=8))
        made.tell(ResponseStarted(ResponseHead(200, SSE), made.at))
        made.tell(Stopped(Block("b", Target.ALL, "", "enough", 0.0), made.at))
        (told,) = messages(made.received)
        assert told["id"] == 8
        assert "enough" in json.dumps(told)

    def test_the_older_transports_address_leads_through_the_gate(self) -> None:
        named = b"event: endpoint\ndata: /messages/?session_id=ab\n\n"
        world = gate(RESULTS, head="paths: ['GET /sse']")
        made = ask(world, method="GET", path="/sse").answered([named], SSE)
        assert made.received.startswith(b"event: endpoint\ndata: /c/tickets/messages/?session_id=ab&gatehouse_seal=")
        assert made.received.endswith(b"\n\n")
        for elsewhere in (b"https://evil.example/x", b"//evil.example/x"):
            made = ask(world, method="GET", path="/sse").answered([named.replace(b"/messages/", elsewhere)], SSE)
            assert made.received == b""


class TestOthers:
    def test_accepted_and_no_more(self) -> None:
        made = ask(gate(), said(method="notifications/initialized"))
        made.tell(ResponseStarted(ResponseHead(202, JSON), made.at, end=True))
        assert made.start.status is None
        assert made.facts["answered"]["complete"] is True

    NOT_OURS = (
        ("its own sign-in", 401, (("www-authenticate", "Bearer resource_metadata=x"),), "credential"),
        ("elsewhere", 307, (("location", "http://tickets.internal/mcp/"),), "final address"),
    )

    @pytest.mark.parametrize(
        ("status", "headers", "why"), [row[1:] for row in NOT_OURS], ids=[row[0] for row in NOT_OURS]
    )
    def test_the_gates_affairs_do_not_become_the_clients(self, status: int, headers: object, why: str) -> None:
        made = ask(gate(), call()).answered(b"{}", (*JSON, *headers), status=status)
        assert made.start.status == 502
        assert {name for name, _ in headers} <= set(made.start.remove)
        assert why in json.dumps(json.loads(made.received))
        bare = ask(gate(), call())
        bare.tell(ResponseStarted(ResponseHead(status, headers), bare.at, end=True))
        assert bare.start.status == 502

    def test_an_error_page_is_judged_as_text(self) -> None:
        html = (("content-type", "text/html"),)
        made = ask(gate(RESULTS), call()).answered(f"<p>{KEY}</p>".encode(), html, status=500)
        assert b"<p>[KEY_" in made.received
        denied = ask(gate(DENIES), call()).answered(f"<p>{KEY}</p>".encode(), html, status=500)
        assert KEY.encode() not in denied.received

    def test_an_answer_of_an_unknown_type_does_not_pass(self) -> None:
        made = ask(gate(), call()).answered(b"GIF89a", (("content-type", "image/gif"),))
        assert b"GIF" not in made.received

    def test_a_file_that_nobody_looked_at_is_said_so(self) -> None:
        blob = result(contents=[{"uri": "u", "blob": "AAAA", "mimeType": "image/png"}])
        made = exchanged(gate(RESULTS), request("resources/read", uri="u"), blob)
        assert made.facts["answered"]["scanned"] == {
            "extent": "partly", "why": ["image/png at result.contents[0].blob"]
        }  # fmt: skip


def test_a_client_that_leaves_with_its_result_was_answered() -> None:
    for note, answer, kind in (("its own", text("done"), "answered"), ("another's", text("done", id=2), "cut")):
        made = ask(gate(), call(id=1))
        for each in (ResponseStarted(ResponseHead(200, SSE), 5.0), ResponseChunk(event(answer), 6.0), Gone(9.0)):
            made.tell(each)
        assert made.facts[kind]["complete"] is (kind == "answered"), note
