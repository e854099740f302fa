"""A message on its way to a server: it goes as it came, masked, held or refused, and the client can go on."""

import json

import pytest
from mcp.types import CallToolResult

from sidecar.core.approval.answer import Answer, Outcome
from sidecar.core.exchange.commands import Ask, Forward, Record
from sidecar.core.exchange.events import Recorded, Settled
from sidecar.core.model.block import Block, Target
from sidecar.core.model.http import Headers
from tests.unit.core.exchange.building import JSON, KEY, MASKS, Call, encoded, gate
from tests.unit.core.exchange.held import APPROVED, DENIED
from tests.unit.core.exchange.mcp.speaking import ADA, CALLS, EVE, ask, call, opened, request, result

DENIES = "\n  - {id: no-keys, where: [tool_call, prompt], detect: ['secret/*'], do: deny, say: No keys here.}\n"
HOLDS = "\n  - {id: sends, where: [tool_call], match: {tool: send}, do: hold, say: People look at it.}\n"


def test_what_no_rule_minds_leaves_byte_for_byte() -> None:
    body = b'{ "jsonrpc":"2.0","id":1, "method":"tools/call","params":{"name":"send","arguments":{"n":1.0}}\n}'
    made = ask(gate(), body)
    assert (made.forward.body, made.forward.connection, made.forward.path) == (body, "tickets", "/mcp")
    assert made.fact["endpoint"] == "tools/call"
    assert made.fact["verdict"] == "allow"


def test_arguments_are_masked_and_nothing_else_moves() -> None:
    made = ask(gate(), call(to="me", note=f"use {KEY} now"))
    sent = json.loads(made.forward.body or b"")
    assert sent["params"]["arguments"]["note"].startswith("use [KEY_")
    assert sent == {**call(to="me", note=sent["params"]["arguments"]["note"])}
    assert made.fact["findings"][0]["path"] == "params.arguments.note"


DENIED_CALLS = (
    ("by its tool", CALLS, call("drop_table"), "Nothing is dropped here."),
    ("by its tool as agents call it", CALLS.replace("drop.*", "mcp__tickets__drop.*"), call("drop_table"), "dropped"),
    ("by what stands in it", DENIES, call(note=KEY), "No keys here."),
    ("by effects that nobody knows", "\n  - {id: x, effect: [destroys_data], do: deny}\n", call("run_sql"), "rule"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "body", "why"), [row[1:] for row in DENIED_CALLS], ids=[row[0] for row in DENIED_CALLS]
)
def test_a_call_that_may_not_run_is_told_as_its_result(rules: str, body: object, why: str) -> None:
    made = ask(gate(rules), body)
    told = json.loads(made.reply.body)
    shown = CallToolResult.model_validate(told["result"])
    assert (made.reply.status, told["id"], shown.is_error) == (200, 1, True)
    assert why in shown.content[0].text
    assert "Blocked by policy rule" in shown.content[0].text
    assert KEY not in shown.content[0].text
    assert not any(isinstance(one, Forward) for one in made.said)
    assert made.facts["tool_call"]["verdict"] == "deny"


def test_a_denied_call_says_what_to_do_instead_and_may_stop_its_session() -> None:
    rules = CALLS.replace("do: deny", "do: deny, instead: Ask the owner., quarantine: true")
    world = gate(rules)
    made = ask(world, call("drop_table"))
    assert json.loads(made.reply.body)["result"]["content"][0]["text"].endswith("Ask the owner.")
    assert made.facts["quarantined"]["rule"] == "no-drop"
    assert "has stopped this session" in ask(world, call("send")).reply.body.decode()


def test_anything_else_is_told_as_an_error_of_its_request() -> None:
    made = ask(gate(DENIES), request("prompts/get", "q", name="p", arguments={"a": KEY}))
    told = json.loads(made.reply.body)
    assert (made.reply.status, told["id"], told["error"]["code"]) == (200, "q", -32030)
    assert told["error"]["data"]["rule"] == "no-keys"


def test_a_client_that_may_not_answer_a_server_has_the_gate_answer_it() -> None:
    made = ask(gate(DENIES), result(9, action="accept", content={"key": KEY}))
    sent = json.loads(made.forward.body or b"")
    assert (sent["id"], sent["error"]["code"]) == (9, -32030)
    assert KEY.encode() not in (made.forward.body or b"")
    assert made.fact["verdict"] == "deny"


REFUSED = (
    ("a batch", [request("ping")], {}, 400, "batches"),
    ("no JSON", b"{", {}, 400, "not valid JSON"),
    ("no body", b"", {}, 400, "no body"),
    ("another method", request("ping"), {"method": "PUT"}, 405, "POST, GET and DELETE"),
    ("another path", request("ping"), {"path": "/admin"}, 200, "No policy allows"),
    ("a body where there is none", b"{}", {"method": "GET"}, 400, "Only a POST"),
    ("another's session", request("ping", 5), {"headers": (*JSON, ("mcp-session-id", "abc"))}, 404, "Initialize"),
    ("a header that lies", request("ping", 5), {"headers": (*JSON, ("mcp-method", "tools/list"))}, 200, "mcp-method"),
    ("nobody", request("ping"), {"caller": None}, 401, "token"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("body", "how", "status", "why"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_is_refused(body: object, how: dict[str, object], status: int, why: str) -> None:
    made = ask(gate(), body, **how)
    told = json.loads(made.reply.body)
    assert made.reply.status == status
    assert why in told["error"]["message"]
    assert told["jsonrpc"] == "2.0"


class TestSessions:
    def test_an_id_is_the_callers_own(self) -> None:
        world = gate()
        given = opened(world, ADA)
        assert given.startswith("abc.")
        mine = ask(world, request("ping"), headers=(*JSON, ("mcp-session-id", given)))
        assert ("mcp-session-id", "abc") in mine.forward.set
        assert str(mine.fact["session"]).startswith("mcp-")
        theirs = ask(world, request("ping"), headers=(*JSON, ("mcp-session-id", given)), caller=EVE)
        assert theirs.reply.status == 404

    def test_it_ends_with_delete_and_streams_with_get(self) -> None:
        world = gate()
        given = opened(world, ADA)
        for method in ("DELETE", "GET"):
            made = ask(world, method=method, headers=(("mcp-session-id", given), ("last-event-id", "7")))
            assert (made.forward.body, made.fact["endpoint"]) == (None, None)
            assert "last-event-id" not in made.forward.remove

    def test_people_can_stop_one(self) -> None:
        world = gate()
        given = opened(world, ADA)
        session = ask(world, request("ping"), headers=(*JSON, ("mcp-session-id", given))).fact["session"]
        block = Block("b", Target.SESSION, str(session), "enough", 0.0)
        world.blocked = lambda caller, connection: block if block.stops(caller, connection) else None
        made = ask(world, request("ping"), headers=(*JSON, ("mcp-session-id", given)))
        assert "enough" in json.loads(made.reply.body)["error"]["message"]


class TestHeld:
    def held(self, id: object = 1) -> tuple[Call, Ask]:
        made = ask(gate(HOLDS), call("send", id, to="x"))
        made.tell(Recorded(made.at))
        return made, made.one(Ask)

    def test_it_goes_when_people_say_yes(self) -> None:
        made, _ = self.held()
        made.tell(Settled(APPROVED, made.at))
        made.recorded()
        assert json.loads(made.forward.body or b"") == call("send", 1, to="x")

    def test_a_no_is_told_as_the_calls_result(self) -> None:
        made, asked = self.held()
        made.tell(Settled(DENIED, made.at))
        made.recorded()
        told = json.loads(made.reply.body)
        assert (told["id"], told["result"]["isError"]) == (1, True)
        assert "not on a Friday" in told["result"]["content"][0]["text"]
        assert asked.asked.rule == "sends"

    def test_the_next_try_finds_its_ticket(self) -> None:
        """It comes with another id."""
        assert self.held(1)[1].asked.fingerprint == self.held("two")[1].asked.fingerprint

    def test_a_yes_is_for_all_that_was_said_beside_the_arguments(self) -> None:
        def fingerprint(headers: Headers = JSON, **params: object) -> str:
            made = ask(
                gate(HOLDS), request("tools/call", name="send", arguments={"to": "x"}, **params), headers=headers
            )
            made.tell(Recorded(made.at))
            return str(made.one(Ask).asked.fingerprint)  # type: ignore[attr-defined]

        meta = {"io.modelcontextprotocol/related-task": {"taskId": "7"}}
        others = [
            fingerprint(),
            fingerprint(_meta=meta),
            fingerprint(_meta={**meta, "more": 1}),
            fingerprint(task={"ttl": 1}),
            fingerprint((*JSON, ("mcp-param-region", "eu"))),
        ]
        assert len(set(others)) == len(others)
        assert fingerprint(_meta={**meta, "progressToken": 4}) == fingerprint(_meta={**meta, "progressToken": "p-5"})

    def test_its_card_shows_the_whole_call(self) -> None:
        body = request(
            "tools/call", name="send", arguments={"to": "x", "n": 1}, _meta={"progressToken": 1, "tenant": "b"}
        )
        made = ask(gate(HOLDS), body)
        made.tell(Recorded(made.at))
        asked = made.one(Ask).asked  # type: ignore[attr-defined]
        assert asked.content[0].title == "Tool mcp__tickets__send"
        assert asked.content[0].text == "to: x\nn: 1\n_meta.tenant: b"
        assert (asked.tool, asked.what.value, asked.call) == ("mcp__tickets__send", "request", "")

    def test_too_late_is_told_as_well(self) -> None:
        made, _ = self.held()
        made.tell(Settled(Answer(Outcome.EXPIRED, "t"), made.at))
        made.recorded()
        assert json.loads(made.reply.body)["result"]["isError"] is True


def test_a_call_is_written_down_masked() -> None:
    made = ask(gate(MASKS), call("send", 4, note=KEY))
    record = next(one for one in made.said if isinstance(one, Record) and one.kind == "tool_call")
    assert record.fact["tool"] == "mcp__tickets__send"
    assert record.fact["call"] == "4"
    part = record.parts[record.fact["input"]["part"]]  # type: ignore[index]
    assert part.startswith(b'{"note":"[KEY_')
    everything = b"".join(data for one in made.said if isinstance(one, Record) for data in one.parts.values())
    assert KEY.encode() not in everything + encoded(made.fact)


BESIDE = (
    ("a text in _meta", {"_meta": {"a": KEY}}),
    ("a name in _meta", {"_meta": {KEY: 1}}),
    ("the token of progress", {"_meta": {"progressToken": KEY}}),
    ("a number in _meta", {"_meta": {"a": 4917012345}}),
)


@pytest.mark.parametrize("params", [row[1] for row in BESIDE], ids=[row[0] for row in BESIDE])
def test_what_stands_beside_the_arguments_is_judged_as_they_are(params: dict[str, object]) -> None:
    number = "\n  - {id: n, where: [tool_call], match: {regex: '4917012345'}, do: deny}\n"
    world = gate(DENIES.replace(", prompt]", "]").rstrip() + number)
    made = ask(world, request("tools/call", name="send", arguments={}, **params))
    assert json.loads(made.reply.body)["result"]["isError"] is True
