"""What an MCP server gave returns to it, and to nobody else."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.exchange.commands import Forward, Record
from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.mcp.returned import returned
from sidecar.core.mask.memory import SessionMemory
from sidecar.core.model.caller import Caller
from sidecar.core.model.connection import Connection, Kind
from sidecar.core.model.detector import Match
from sidecar.core.model.piece import Piece, Text
from sidecar.core.model.place import Place
from tests.unit.core.exchange.building import CLAUDE, JSON, MAIL, PHONE, TICKETS, Call, compiled, gate
from tests.unit.core.exchange.calling import reply
from tests.unit.core.exchange.mcp.speaking import call, result, text

CRM = Connection("crm", Kind.MCP, "http://crm.internal/mcp")
TOKENS = "\n  - {id: mails, detect: [pii/email], do: mask, how: token}\n"
ADA = Caller("ada", "company", ("engineering",), "s-1")
SEEN = re.compile(r"\[[A-Z]+_[2-9A-Z]{8}\]")


def world(rules: str = TOKENS) -> Gate:
    return replace(gate(rules), connections=(CLAUDE, TICKETS, CRM))


def asked(world: Gate, connection: str, message: object, caller: Caller = ADA) -> Call:
    return Call(world).ask(message, f"/c/{connection}", caller=caller).recorded()


def given_out(world: Gate, connection: str, value: str = MAIL, caller: Caller = ADA) -> str:
    """The placeholder under which an agent knows a value of a server's."""
    made = asked(world, connection, call("find"), caller).answered(text(f"<{value}>"))
    (found,) = SEEN.findall(made.received.decode())
    return str(found)


def left(made: Call) -> str:
    return (made.one(Forward).body or b"").decode() if any(isinstance(one, Forward) for one in made.said) else ""


def test_to_the_server_that_gave_it_and_to_no_other() -> None:
    here = world()
    token = given_out(here, "tickets")
    back = left(asked(here, "tickets", call(to=f"<{token}>", n=7)))
    assert json.loads(back)["params"]["arguments"] == {"to": f"<{MAIL}>", "n": 7}
    assert token in left(asked(here, "crm", call(to=token)))
    assert token in left(asked(here, "tickets", call(to=token), replace(ADA, claimed_session="s-2"))), "a session ago"
    assert token in left(asked(here, "tickets", call(to=token), replace(ADA, subject="eve"))), "somebody else"


def test_where_a_policy_lets_it() -> None:
    here = world(TOKENS.replace("how: token", "how: token, returns_to: ['c*']"))
    token = given_out(here, "tickets")
    assert MAIL in left(asked(here, "crm", call(to=token)))


def test_every_rule_that_masks_it_has_to_let_it() -> None:
    lax = "\n  - {id: z, detect: [pii/email], do: mask, how: token, returns_to: [crm]}\n"
    for rules in (lax + TOKENS[1:], TOKENS + lax[1:]):
        here = world(rules)
        assert MAIL not in left(asked(here, "crm", call(to=given_out(here, "tickets"))))


def test_only_in_values_of_arguments() -> None:
    here = world()
    token = given_out(here, "tickets")
    for message in (
        {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "x", "arguments": {token: 1}}},
        {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "x", "_meta": {"a": token}}},
        {"jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": {"uri": token}},
    ):
        assert MAIL not in left(asked(here, "tickets", message))


def test_the_agent_never_gets_it() -> None:
    here = world()
    token = given_out(here, "tickets")
    body = {"model": "x", "max_tokens": 5, "messages": [{"role": "user", "content": f"mail {token}"}]}
    made = Call(here).ask(body, caller=ADA).recorded()
    block = {"type": "tool_use", "id": "t1", "name": "mcp__tickets__send", "input": {"to": token}}
    made.answered(reply({"type": "text", "text": token}, block))
    assert MAIL not in left(made) + made.received.decode()
    assert made.received.decode().count(token) == 2
    echoed = asked(here, "tickets", call(to=token)).answered(text(f"sent to {token} and {MAIL}"))
    assert MAIL not in echoed.received.decode()


def test_what_the_agent_gave_is_given_back_to_it() -> None:
    here = world()
    made = asked(here, "tickets", call(to=MAIL))
    (token,) = SEEN.findall(left(made))
    assert MAIL in made.answered(text(f"sent to {token}")).received.decode()
    assert token in left(asked(here, "tickets", call(to=token))), "the server never had it"


STRICTER = (
    ("deny", "do: deny, say: Not by mail.", False),
    ("redact", "do: mask", False),
    ("hold", "do: hold", False),
    ("in shadow", "do: deny, stage: shadow", True),
)


@pytest.mark.parametrize(("says", "goes"), [row[1:] for row in STRICTER], ids=[row[0] for row in STRICTER])
def test_to_be_put_back_is_no_permission(says: str, goes: bool) -> None:
    here = world(TOKENS + f"  - {{id: never, where: [tool_call], detect: [pii/email], {says}}}\n")
    made = asked(here, "tickets", call(to=given_out(here, "tickets")))
    assert (MAIL in left(made)) is goes


def test_what_the_call_would_do_is_read_with_the_values() -> None:
    here = world("\n  - {id: paths, where: [tool_result], match: {regex: '/srv/[a-z]+'}, do: mask, how: token}\n"
                 "  - {id: never, effect: [destroys_data], do: deny, say: Nothing is destroyed.}\n")  # fmt: skip
    token = given_out(here, "tickets", "/srv/data")
    command = call("shell", command=f"cat {token}; echo {token}")
    assert "/srv/data" in left(asked(here, "tickets", command))
    rules = "\n  - {id: words, where: [tool_result], match: {regex: 'rm -rf [a-z/]+'}, do: mask, how: token}\n"
    here = world(rules + "  - {id: never, effect: [destroys_data], do: deny, say: Nothing is destroyed.}\n")
    made = asked(here, "tickets", call("shell", command=given_out(here, "tickets", "rm -rf /")))
    assert "Nothing is destroyed." in made.reply.body.decode()


def test_the_record_and_people_see_the_placeholder() -> None:
    rules = "\n  - {id: pin, mask: {fields: [pin]}, how: token}\n"
    here = world(rules + "  - {id: asks, where: [tool_call], match: {tool: pay}, do: hold}\n")
    made = asked(here, "tickets", call("find")).answered(result(structuredContent={"pin": 417}))
    (token,) = SEEN.findall(made.received.decode())
    paid = asked(here, "tickets", call("pay", with_=f"{token} please"))
    paid.recorded()
    records = [one for one in paid.said if isinstance(one, Record)]
    written = repr([one.fact for one in records]).encode() + b"".join(b"".join(one.parts.values()) for one in records)
    assert b"417" not in written
    assert token.encode() in written
    (told,) = [one.fact for one in records if one.kind == "tool_call"]
    assert told["put_back"] == 1


def test_what_reaches_beyond_a_value_is_masked_whole() -> None:
    here = world(TOKENS + "  - {id: pair, where: [tool_call], match: {regex: 'to [a-z.]+@[a-z.]+'}, do: mask}\n")
    token = given_out(here, "tickets")
    assert MAIL not in left(asked(here, "tickets", call(words=f"mail to {token} now")))
    assert "_" in left(asked(here, "tickets", call(words=f"mail to {token} now")))


def test_only_arguments_get_values_back() -> None:
    memory = SessionMemory()
    memory.remember_token("[ROW_33333333]", "7", frozenset({"tickets"}))
    beside = Piece(Place.TOOL_CALL, "params._meta", (Text(3, "[ROW_33333333]"),))
    assert returned([beside], memory, "tickets").texts == {}


def test_spans_are_in_bytes() -> None:
    memory = SessionMemory()
    memory.remember_token("[ROW_33333333]", "ü7", frozenset({"tickets"}))
    found = returned([Piece(Place.TOOL_CALL, "params.arguments", (Text(3, "é [ROW_33333333]!"),))], memory, "tickets")
    assert found.texts == {3: "é ü7!"}
    assert found.inside(3, Match(3, 6, "d"))
    assert not found.inside(3, Match(3, 7, "d"))
    assert found.values == {"ü7"}


VALUES = (MAIL, PHONE, "bob.stone" + "@" + "mill.example")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["gives", "calls", "asks"]), st.sampled_from(["tickets", "crm"]), st.sampled_from(VALUES)
    ),
    min_size=1,
    max_size=8,
)
ALL = "\n  - {id: people, detect: ['pii/*'], do: mask, how: token}\n"


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_any_session(steps: Sequence[tuple[str, str, str]]) -> None:
    """No server gets a value that it did not give, nor a placeholder of one that it did; the agent gets none."""
    here = Gate(compiled(ALL, ""), (CLAUDE, TICKETS, CRM), b"a key of the tests, not a secret")
    gave: dict[str, set[str]] = {"tickets": set(), "crm": set()}
    known: dict[str, str] = {}
    for what, connection, value in steps:
        if what == "gives":
            known[value] = given_out(here, connection, value)
            gave[connection].add(value)
        elif what == "calls":
            made = asked(here, connection, call(**{f"a{n}": f"x {token}" for n, token in enumerate(known.values())}))
            sent = left(made)
            for one, token in known.items():
                assert (one in sent) is (one in gave[connection])
                assert (token in sent) is (one not in gave[connection])
        else:
            body = {"model": "x", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}
            made = Call(here).ask(body, headers=JSON, caller=ADA).recorded()
            made.answered(reply({"type": "text", "text": " ".join(known.values())}))
            assert not any(one in made.received.decode() for one in VALUES)
