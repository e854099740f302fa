"""What the gate wrote down of real calls: what was said, as it left, and nothing that was planted."""

import json

import anthropic
import pytest

from sidecar.core.evidence.selection import Selection
from sidecar.core.exchange.recalled import recalled
from sidecar.record.gather import gathered
from sidecar.record.reader import SpoolReader
from sidecar.record.sources import SpoolSource
from tests.gate import Gate
from tests.planted import leaked, planted

SECRETS = planted("written down")


def test_every_planted_value(gate: Gate, client: anthropic.Anthropic) -> None:
    """Streamed, whole, and denied; the parts are looked into, since on disk they are compressed."""
    if not gate.masks:
        return  # the control writes nothing down
    received = gate.mark()
    for one in SECRETS:
        asked = [{"role": "user", "content": f"Say again: {one.line}"}]
        with client.messages.stream(model="claude-sonnet-4-6", max_tokens=50, messages=asked) as stream:
            stream.get_final_message()
    asked = [{"role": "user", "content": f"project zephyr: {SECRETS[0].line}"}]
    with pytest.raises(anthropic.BadRequestError):
        client.messages.create(model="claude-sonnet-4-6", max_tokens=50, messages=asked)
    facts, parts = written_down(gate)
    stored = b"\n".join((*(json.dumps(one, ensure_ascii=False).encode() for one in facts), *parts.values()))
    assert [one.name for one in SECRETS if leaked(one, stored)] == []
    asked_for = [whole(one["request"]["outline"], parts) for one in facts if one.get("request")]
    for call in received():
        assert json.loads(call.body) in asked_for, "what the model got is what is written down"
    answers = [whole(one["answer"]["outline"], parts) for one in facts if one.get("answer")]
    assert any("Say again" in json.dumps(one) for one in answers)
    assert reached(gate) == parts, "a bundle holds every part, and a check would miss any of them"
    assert any("zephyr" not in json.dumps(one) and "[" in json.dumps(one["messages"]) for one in asked_for)


def whole(outline: str, parts: dict[str, bytes]) -> dict[str, object]:
    read = recalled(json.loads(parts[outline]), parts)
    assert isinstance(read, dict)
    return read


def reached(gate: Gate) -> dict[str, bytes]:
    """The parts that the facts name, and those name in turn."""
    source = SpoolSource(gate.record.parent / ".gatehouse" / "spool")
    return dict(gathered(source, Selection(), {}, {}).parts)


def written_down(gate: Gate) -> tuple[list[dict[str, object]], dict[str, bytes]]:
    """Every fact and every part of the spool."""
    reader = SpoolReader(gate.record.parent / ".gatehouse" / "spool")
    facts, parts, cursor = [], {}, 0
    while batch := reader.after(cursor):
        parts.update(reader.parts_between(cursor, batch[-1][0]))
        cursor = batch[-1][0]
        facts += [dict(event.fact) for _, event in batch]
    reader.close()
    return facts, parts
