"""What is written down of a request, also of one that was refused."""

import json

import pytest

from sidecar.core.exchange.commands import Record
from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.recalled import recalled
from tests.unit.core.exchange.building import CALLER, KEY, MAIL, Call, ask, encoded, gate, request

DENIES = "\n  - {id: nope, detect: ['secret/*', 'pii/*'], do: deny}\n"


def record(call: Call) -> Record:
    return call.one(Record)


def asked(call: Call) -> dict[str, object]:
    one = record(call)
    return recalled(json.loads(one.parts[one.fact["request"]["outline"]]), one.parts)


def test_of_a_masked_call_exactly_what_left() -> None:
    call = ask(gate(), request(f"use {KEY}", "so", [{"type": "text", "text": f"for {MAIL}"}], system=f"hi {MAIL}"))
    assert asked(call) == json.loads(call.forward.body or b"")
    assert KEY.encode() not in (call.forward.body or b"")


REFUSED = (
    ("by a rule", gate(DENIES), {}),
    ("by a limit", gate(head="limits: {models: [other]}"), {}),
    ("no policy for it", gate(head="applies: {groups: [nobody]}"), {}),
)


@pytest.mark.parametrize(("note", "world", "how"), REFUSED, ids=[note for note, *_ in REFUSED])
def test_of_a_refused_call_everything_masked(note: str, world: Gate, how: dict[str, object]) -> None:
    call = ask(world, request(f"use {KEY} and words"), **how)
    assert call.reply.status >= 400
    (one,) = asked(call)["messages"]
    assert one["content"].endswith("and words")
    shown = one["content"].removeprefix("use ").removesuffix(" and words")
    # Under rules that know no such detector there is nothing that could tell it from a word.
    assert (shown == KEY) == (note == "no policy for it" and "secret/key" not in world.rules.labels)


NOTHING = (
    ("no body", {"body": None, "path": "/v1/models", "method": "GET"}),
    ("no JSON", {"body": b"{"}),
    ("nobody", {"body": request("hi"), "caller": None}),
    ("a probe", {"body": None, "path": "/api/hello", "method": "GET"}),
)


@pytest.mark.parametrize(("note", "how"), NOTHING, ids=[note for note, _ in NOTHING])
def test_of_what_cannot_be_read_nothing(note: str, how: dict[str, object]) -> None:
    call = Call(gate())
    call.ask(**how)
    assert record(call).fact["request"] is None
    assert record(call).parts == {}


def test_the_original_is_handed_out_only_where_the_gate_keeps_originals() -> None:
    body = encoded(request(f"use {KEY}"))
    assert record(ask(gate(), body)).original is None
    kept = ask(gate(keep_originals=True), body).answered({"type": "message", "content": []})
    assert record(kept).original == body
    assert KEY not in repr(record(kept))
    last = [one for one in kept.said if isinstance(one, Record)][-1]
    assert json.loads(last.original or b"") == {"type": "message", "content": []}


def test_what_one_caller_wrote_down_is_not_known_for_another() -> None:
    world = gate()
    ask(world, request("the same"))
    other = Call(world)
    other.ask(request("the same"), caller=type(CALLER)("eve", "company", ("engineering",), "s-1")).recorded()
    assert len(record(other).parts) == 2
