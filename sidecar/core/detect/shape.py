"""Questions about a pattern's tree: its characters, its width, its beginning.

Strategy: two kinds of superset are written from a tree, all small enough for a union of hundreds.
- `loose`: the pattern without its counts (`x{3,40}` becomes `x+`).
- `opening`: matches whatever a match may begin with, at least one character and at most the whole. Of `ab` that is an
  opening of a, or a and then an opening of b.
"""

from dataclasses import dataclass

from sidecar.core.detect.tree import BEYOND, Chars, Choice, Edge, Group, Node, Repeat, Sequence

_FEW = 8  # repetitions that are written out
NOTHING = r"[^\x{0}-\x{10ffff}]"  # a pattern that matches nothing


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
    *inside, last = flat(after) or [Sequence(())]
    return most(last, beyond=1) in (0, 1) and not any(alphabet(item) & ~run for item in inside)


def flat(node: Node) -> list[Node]:
    """The parts of a match that follow each other."""
    if isinstance(node, Group):
        return flat(node.item)
    if isinstance(node, Sequence):
        return [inner for item in node.items for inner in flat(item)]
    if isinstance(node, Repeat) and node.low == node.high and node.low <= _FEW:
        return flat(node.item) * node.low
    return [node]


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
