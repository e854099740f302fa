"""Outlines and parts: what is stored, once, and how little a long session costs."""

import json
from hashlib import sha256

import pytest

from sidecar.core.exchange.commands import Record
from sidecar.core.exchange.recalled import recalled
from sidecar.core.exchange.transcript import GROUP, KNOWN_FOR, LONGEST_INLINE, Draft, Transcript, encoded
from sidecar.core.exchange.veil import Veil
from sidecar.core.mask.memory import SessionMemory
from sidecar.core.mask.placeholder import Placeholders
from tests.unit.core.exchange.building import KEY, MASK_KEY, MASKS, Call, ask, compiled, gate, request
from tests.unit.core.exchange.happening import NOT_ON_DISK

RULES = compiled(MASKS, "")


def draft(value: object, memory: SessionMemory | None = None, at: float = 0.0) -> Transcript:
    veil = Veil(RULES, Placeholders(MASK_KEY, "s", RULES.words), memory or SessionMemory(), {})
    return Draft(veil, RULES.key, at, memory).transcript(value)


def outline(of: Transcript) -> dict[str, object]:
    return json.loads(of.parts[of.outline])


BODIES = (
    ("a request", request("hi", "so", "and?", system="short", tools=[{"name": "T"}], metadata={"user_id": "u"})),
    ("a long system prompt", request("hi", system="word " * 100)),
    ("not even an object", [1, "two", {"three": 3}]),
    ("nothing", None),
    ("a text", "words"),
    ("what pretends to be a reference", {"messages": [{"part": "00" * 32}, {"parts": "x"}], "x": {"part": "y"}}),
    ("messages that are no list", {"messages": {"a": 1}, "tools": "none"}),
    ("many", request(*[f"text {number}" for number in range(3 * GROUP + 5)])),
    ("half a pair", {"messages": ["\udc00"]}),
)


@pytest.mark.parametrize(("note", "body"), BODIES, ids=[note for note, _ in BODIES])
def test_put_together_again_it_is_the_same(note: str, body: object) -> None:
    made = draft(body)
    assert recalled(outline(made), made.parts) == (body if isinstance(body, dict) else {"body": body})
    assert all(sha256(data).hexdigest() == name for name, data in made.parts.items())


def test_only_scalars_stand_in_an_outline() -> None:
    made = outline(draft(request("hi", metadata={"a": 1}, stop_sequences=["x"], stream=True, temperature=0.5)))
    assert (made["stream"], made["temperature"], made["model"]) == (True, 0.5, "claude-sonnet-4-5")
    assert [list(one) for one in made["messages"]] == [["part"]]
    assert [list(made[key]) for key in ("metadata", "stop_sequences")] == [["part"], ["part"]]
    assert list(outline(draft({"system": "x" * (LONGEST_INLINE + 1)}))["system"]) == ["part"]


def test_a_run_of_elements_is_one_reference() -> None:
    made = outline(draft(request(*["x"] * (2 * GROUP + 3), tools=[{"name": "T"}] * 3)))
    assert [list(one) for one in made["tools"]] == [["parts"]]
    assert [next(iter(one)) for one in made["messages"]] == ["parts", "parts", "part", "part", "part"]


def test_what_was_recorded_is_not_written_again() -> None:
    memory = SessionMemory()
    first = draft(request("one", "two"), memory)
    assert len(draft(request("one", "two"), memory).parts) == len(first.parts), "not recorded yet"
    first.recorded(memory)
    second = draft(request("one", "two", "three"), memory)
    assert len(second.parts) == 2, "the new message, and the outline"
    everything = {**first.parts, **second.parts}
    assert recalled(outline(second), everything)["messages"][2]["content"] == "three"


def test_and_after_a_day_it_is() -> None:
    memory = SessionMemory()
    draft(request("one"), memory, at=5.0).recorded(memory)
    assert len(draft(request("one"), memory, at=4.0 + KNOWN_FOR).parts) == 1
    assert len(draft(request("one"), memory, at=5.0 + KNOWN_FOR).parts) == 2


def test_the_outline_is_masked_too() -> None:
    made = draft({KEY: 1, "model": KEY, "messages": [KEY]})
    assert KEY.encode() not in b"".join(made.parts.values())


def test_json_as_it_is_stored() -> None:
    assert encoded({"b": 1, "a": "\u00fc\udc00"}) == '{"b":1,"a":"\u00fc\\udc00"}'.encode()


def stored(call: Call, store: dict[str, int]) -> int:
    """Bytes of the parts of a call that the store did not have."""
    new = {name: len(data) for one in call.said if isinstance(one, Record) for name, data in one.parts.items()}
    fresh = sum(size for name, size in new.items() if name not in store)
    store.update(new)
    return fresh


def test_a_turn_of_a_long_session_costs_its_new_text() -> None:
    """With the 32 KB of tools that the SDK sends on every turn."""
    world, store, costs = gate(), {}, []
    tools = [{"name": f"Tool{number}", "description": "word " * 320} for number in range(20)]
    said: list[object] = []
    raw = 0
    for turn in range(100):
        said += [f"question {turn} " + "why " * 60, [{"type": "text", "text": f"answer {turn} " + "so " * 80}]]
        body = request(*said[:-1], tools=tools)
        raw += len(json.dumps(body))
        call = ask(world, body).answered({"type": "message", "content": said[-1], "usage": {}})
        costs.append(stored(call, store))
    assert costs[0] > 20_000, "the tools"
    assert max(costs[1:]) < 6_000
    assert sum(costs[50:]) < 1.3 * sum(costs[1:51]), "the cost of a turn does not grow with the session"
    assert raw / sum(costs) > 20


def test_what_could_not_be_recorded_is_written_the_next_time() -> None:
    world = gate()
    call = Call(world).ask(request("one"))
    call.tell(NOT_ON_DISK)
    again = ask(world, request("one"))
    assert set(again.one(Record).parts) == set(call.one(Record).parts)
