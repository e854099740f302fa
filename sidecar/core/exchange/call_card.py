"""What people are shown of a held tool call: what would run, what that would do, and what the agent did just before.

Strategy: every argument is read once more by itself, so that the characters which a deed names are its own. Marked is
what the rule is about: what does the effects that it names, and the texts that it minds.

Rules:
- Where the rule counts what nobody could read, that is what is marked.
- What the model said in this answer before the call belongs to what came before.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sidecar.core.approval.asked import Excerpt
from sidecar.core.exchange.card import MOST_CONTENT, Card, Spans, left_out, merged, spans
from sidecar.core.exchange.let_go import Hold, Spot
from sidecar.core.exchange.tool_call import Called, Understand
from sidecar.core.model.effect import Deed, Effect, Understood
from sidecar.core.model.piece import Piece, Text
from sidecar.core.model.place import Place
from sidecar.core.wire.claude.answer import messages_in, word
from sidecar.core.wire.claude.blocks import is_call
from sidecar.core.wire.json_strings import JsonValue, strings

MOST_DEEDS = 40


@dataclass(frozen=True, slots=True)
class Argument:
    """One of a call's arguments as a text. `deeds`: what its own characters do."""

    name: str
    text: str = field(repr=False)
    deeds: tuple[Deed, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class CallShown:
    """A call for its card. `before`: what the agent did before it. `title`: of one that is not a tool's."""

    id: str | None
    tool: str | None
    given: tuple[Argument, ...] = field(repr=False)
    understood: Understood = field(repr=False)
    before: tuple[Piece, ...] = field(default=(), repr=False)
    title: str = ""


def call_shown(
    called: Called, understood: Understood, understand: Understand, before: Sequence[Piece], said: JsonValue
) -> CallShown:
    """`said`: the answer as far as it came."""
    given = tuple(one for value in called.inputs for one in arguments(called.tool or "", value, understand))
    return CallShown(called.id, called.tool, given, understood, (*before, *_said(said, called.id)))


def content(card: Card, hold: Hold, shown: CallShown, minded: frozenset[Effect]) -> tuple[Excerpt, ...]:
    """The whole call, what it would do, and the texts that the rule minds and that do not stand in it as they are."""
    rule, spots = hold.verdict.rule or "", merged(hold.spots)
    title = shown.title or (f"Tool {shown.tool}" if shown.tool else "A tool")
    text, marks = _given(shown.given, spots, minded)
    done, risky = _would(shown.understood, minded)
    would = (card.excerpt("What it would do", done, risky, rule),) if done else ()
    elsewhere = [one for one in spots if all(one.text != given.text for given in shown.given)]
    room = MOST_CONTENT - 3  # for these two, and for how many are left out
    minds = (*card.spots(hold, elsewhere[:room]), *left_out(len(elsewhere) - room))
    # A message that says nothing of its own has nothing to show.
    whole = (card.excerpt(title, text, marks, rule),) if text or not shown.title else ()
    return (*whole, *would, *minds)


def _given(arguments: Sequence[Argument], spots: Sequence[Spot], minded: frozenset[Effect]) -> tuple[str, Spans]:
    """A line or more for each, and in bytes what is marked in them."""
    lines: list[str] = []
    marks: list[tuple[int, int]] = []
    at = 0
    for one in arguments:
        head = f"{one.name}: " if one.name else ""
        found = [_in_bytes(one.text, deed) for deed in one.deeds if deed.effect in minded]
        found += [span for spot in spots if spot.text == one.text for span in spans(spot)]
        marks += [(at + _size(head) + start, at + _size(head) + end) for start, end in found]
        lines.append(head + one.text)
        at += _size(lines[-1]) + 1
    return "\n".join(lines), marks


def _would(understood: Understood, minded: frozenset[Effect]) -> tuple[str, Spans]:
    """In words, a line each; marked what the rule is about."""
    unknown = bool(minded) and not minded & understood.effects
    deeds = {f"{deed.effect.value}: {deed.why}": deed.effect in minded for deed in understood.deeds}
    told = {**deeds, **dict.fromkeys((f"not understood: {words}" for words in understood.unread), unknown)}
    lines, marks, at = list(told)[:MOST_DEEDS], [], 0
    for line in lines:
        marks += [(at, at + _size(line))] * told[line]
        at += _size(line) + 1
    return "\n".join(lines), marks


def arguments(tool: str, value: JsonValue, understand: Understand) -> Iterator[Argument]:
    """Those of one call, each with what it does."""
    for name, one in value.items() if isinstance(value, Mapping) else [("", value)]:
        if isinstance(one, str):
            deeds = understand(tool, {name: one}).deeds if name else ()
            yield Argument(name, one, tuple(deed for deed in deeds if deed.start < deed.end <= len(one)))
        else:
            yield Argument(name, json.dumps(one, ensure_ascii=False))


def _said(answer: JsonValue, call: str | None) -> Iterator[Piece]:
    """What stands in the answer before the call."""
    for _, message in messages_in(answer):
        content = message.get("content")
        for block in content if isinstance(content, list) else ():
            if not isinstance(block, dict):
                continue
            kind, text = word(block, "type") or "", block.get("text")
            if is_call(kind) and word(block, "id") == call:
                return
            if is_call(kind):
                tool = word(block, "name")
                yield Piece(Place.TOOL_CALL, "", tuple(strings(block.get("input"))), True, tool)
            elif isinstance(text, str) and text.strip():
                yield Piece(Place.RESPONSE, "", (Text(0, text),), True)


def _in_bytes(text: str, deed: Deed) -> tuple[int, int]:
    return _size(text[: deed.start]), _size(text[: deed.end])


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
