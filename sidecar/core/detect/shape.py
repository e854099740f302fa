"""Questions about a pattern's tree: its characters, its width, its beginning, and what must be there at all.

Strategy: three kinds of superset are written from a tree, all small enough for a union of hundreds.
- `loose`: the pattern without its counts (`x{3,40}` becomes `x+`).
- `opening`: matches whatever a match may begin with, at least one character and at most the whole. Of `ab` that is an
  opening of a, or a and then an opening of b.
- `probe`: a part that every match contains, chosen to be rare; for the one pass that says who must look closer.
"""

from dataclasses import dataclass
from math import log2

from sidecar.core.detect.tree import BEYOND, Chars, Choice, Edge, Group, Node, Repeat, Sequence

NOTHING = r"[^\x{0}-\x{10ffff}]"  # a pattern that matches nothing
_PROBE_WIDTH = 12  # characters; more makes the automaton bigger and hardly any hit rarer
_PROBE_COUNT = 8


def alphabet(node: Node) -> int:
    """The mask of every character that can occur in a match."""
    match node:
        case Chars():
            return node.mask
        case Edge():
            return 0
        case Sequence() | Choice():
            mask = 0
            for item in node.items:
                mask |= alphabet(item)
            return mask
        case Repeat() | Group():
            return alphabet(node.item)


def most(node: Node, *, beyond: int = 4) -> int | None:
    """The most bytes that a match can have (characters, if those beyond ASCII count as 1); None: no end."""
    match node:
        case Chars():
            return beyond if node.mask & BEYOND else 1
        case Edge():
            return 0
        case Group():
            return most(node.item, beyond=beyond)
        case Repeat():
            one = most(node.item, beyond=beyond)
            return None if one is None or node.high is None else one * node.high
        case Sequence() | Choice():
            widths = [most(item, beyond=beyond) for item in node.items]
            known = [width for width in widths if width is not None]
            if len(known) < len(widths):
                return None
            return sum(known) if isinstance(node, Sequence) else max(known, default=0)


@dataclass(frozen=True, slots=True)
class Parts:
    """A pattern cut at its value."""

    before: Node
    value: Node
    after: Node


def parts(node: Node, group: int) -> Parts | None:
    """The tree cut around a group; None if the group stands inside a choice or a repetition."""
    if group == 0:
        return Parts(Sequence(()), node, Sequence(()))
    match node:
        case Group():
            return Parts(Sequence(()), node.item, Sequence(())) if node.index == group else parts(node.item, group)
        case Sequence():
            for at, item in enumerate(node.items):
                inner = parts(item, group)
                if inner is not None:
                    before = Sequence((*node.items[:at], inner.before))
                    return Parts(before, inner.value, Sequence((inner.after, *node.items[at + 1 :])))
    return None


def looks_one_further(after: Node, run: int) -> bool:
    """Whether what stands behind a value is known as soon as one character outside the run has arrived."""
    *inside, last = _flat(after) or [Sequence(())]
    return most(last, beyond=1) in (0, 1) and not any(alphabet(item) & ~run for item in inside)


def loose(node: Node) -> str:
    """The pattern without counts and edges."""
    match node:
        case Chars():
            return node.source
        case Edge():
            return ""
        case Group():
            return loose(node.item)
        case Sequence():
            return "".join(loose(item) for item in node.items)
        case Choice():
            return "(?:" + "|".join(loose(item) for item in node.items) + ")"
        case Repeat():
            sign = "?" if node.high == 1 and node.low == 0 else "*" if node.low == 0 else "+"
            return f"(?:{loose(node.item)}){sign}" if node.high != 0 else ""


def opening(node: Node) -> str:
    """What a match may begin with: one character of it, or more, or all."""
    match node:
        case Chars():
            return node.source
        case Edge():
            return NOTHING
        case Group():
            return opening(node.item)
        case Choice():
            return "(?:" + "|".join(opening(item) for item in node.items) + ")"
        case Repeat():
            inner = opening(node.item)
            return inner if node.high == 1 else f"(?:{loose(node.item)})*{inner}"
        case Sequence():
            text = NOTHING
            for item in reversed([item for item in node.items if not isinstance(item, Edge)]):
                text = opening(item) if text == NOTHING else f"(?:{loose(item)}{text}|{opening(item)})"
            return text


def probe(node: Node) -> str:
    """A rare part that every match contains."""
    items = _flat(node)
    best = max(range(len(items)), key=lambda at: _rarity(items[at:]), default=0)
    return _cut(items[best:])


def _flat(node: Node) -> list[Node]:
    if isinstance(node, Group):
        return _flat(node.item)
    if isinstance(node, Sequence):
        return [inner for item in node.items for inner in _flat(item)]
    if isinstance(node, Repeat) and node.low == node.high and node.low <= _PROBE_COUNT:
        return _flat(node.item) * node.low
    return [node]


def _rarity(items: list[Node]) -> float:
    """Bits that the fixed beginning of these items is worth, to a limit that lets the earliest good place win."""
    bits = 0.0
    for item in items:
        match item:
            case Chars() if item.mask.bit_count() <= 3:
                bits += 5.0
            case Chars():
                bits += max(0.0, 6.5 - log2(item.mask.bit_count())) / 2
            case Choice():
                bits += min(_rarity(_flat(branch)) for branch in item.items)
            case Edge():
                continue
            case _:
                break
        if bits >= 30:
            break
    return min(bits, 30.0)


def _cut(items: list[Node]) -> str:
    text = ""
    width = 0
    for item in items:
        if width >= _PROBE_WIDTH:
            break
        text += _whole(item)
        width += _least(item)
    return text


def _whole(node: Node) -> str:
    match node:
        case Chars():
            return node.source
        case Edge():
            return node.source if node.source == r"\b" else ""
        case Group():
            return _whole(node.item)
        case Sequence():
            return "".join(_whole(item) for item in node.items)
        case Choice():
            return "(?:" + "|".join(_whole(item) for item in node.items) + ")"
        case Repeat():
            low = min(node.low, _PROBE_COUNT)
            exact = node.high == node.low == low
            bounds = f"{{{low}}}" if exact else "?" if (low, node.high) == (0, 1) else f"{{{low},}}"
            return f"(?:{_whole(node.item)}){bounds}"


def _least(node: Node) -> int:
    match node:
        case Chars():
            return 1
        case Edge():
            return 0
        case Group():
            return _least(node.item)
        case Sequence():
            return sum(_least(item) for item in node.items)
        case Choice():
            return min(_least(item) for item in node.items)
        case Repeat():
            return node.low * _least(node.item)
