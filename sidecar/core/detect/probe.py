"""What every match of a pattern contains: for the passes over a text that say who must look closer.

Strategy: an *anchor* is a literal in lower case and a pattern of what stands there. A set of bare literals is searched
hundred times faster than one of patterns when the text is new to the automaton, so all that have anchors are found
by their literal and confirmed in place. For the others there is the *probe*: the rarest part, as a pattern.

Rules: both are supersets. Counts are cut down and anchors of width nought dropped; only word boundaries stay.
"""

from math import log2

from sidecar.core.detect.shape import flat, most
from sidecar.core.detect.tree import (
    ASCII,
    BEYOND,
    Chars,
    Choice,
    Edge,
    Group,
    Node,
    Repeat,
    Sequence,
    folded,
    mask_between,
)

_WIDTH = 12  # characters; more makes the automaton bigger and hardly any hit rarer
_COUNT = 8
_MOST_ANCHORS = 40
_SHORTEST = 3  # letters of a literal; a sign is rare enough alone
_LONG_ENOUGH = 7
_FEW_LETTERS = 8
_DIGITS = mask_between(ord("0"), ord("9"))
MANY = 6
_RARE_SIGNS = frozenset("@$")


def anchors(node: Node) -> list[tuple[str, str]] | None:
    """Literals, one of which is in every match, each with what stands there; None if there is no such choice."""
    found = _anchored(flat(node))
    return found if found is not None and len(found) <= _MOST_ANCHORS else None


def _anchored(items: list[Node]) -> list[tuple[str, str]] | None:
    if not items:
        return None
    best = max(range(len(items)), key=lambda at: (_rarity(items[at:]), at))
    edge = _whole(items[best - 1]) if best and isinstance(items[best - 1], Edge) else ""
    first = items[best]
    if isinstance(first, Choice):  # each branch has its own rarest part
        ways = [_anchored([*flat(branch), *items[best + 1 :]]) for branch in first.items[:_MOST_ANCHORS]]
        found = [(literal, edge + pattern) for way in ways for literal, pattern in way or ()]
        return found if all(ways) and len(ways) == len(first.items) else None
    literals = _literals(items[best:])
    if literals is None or any(len(literal) < _SHORTEST and literal not in _RARE_SIGNS for literal in literals):
        return None
    pattern = edge + _cut(items[best:])
    return [(literal, pattern) for literal in literals]


def _literals(items: list[Node]) -> list[str] | None:
    """The texts, in lower case, with which these items begin; as long as that is worth something."""
    found = [""]
    for at, item in enumerate(items):
        if min(map(len, found)) >= _LONG_ENOUGH:
            break
        if isinstance(item, Edge):
            continue
        if isinstance(item, Choice):
            tails = [_literals([*flat(branch), *items[at + 1 :]]) for branch in item.items]
            ends = [end for tail in tails for end in tail or [""]]
            return _joined(found, ends) or found
        letters = _letters(item)
        joined = _joined(found, letters) if letters else None
        if joined is None:
            break
        found = joined
    return found if found != [""] else None


def _joined(found: list[str], ends: list[str]) -> list[str] | None:
    joined = list(dict.fromkeys(text + end for text in found for end in ends))
    return joined if len(joined) <= _MOST_ANCHORS else None


def _letters(item: Node) -> list[str] | None:
    """The few letters that can stand here, without regard to case."""
    if not isinstance(item, Chars) or (item.mask & BEYOND and not _only_folded(item.mask)):
        return None
    letters = sorted({chr(code).lower() for code in range(128) if item.mask >> code & 1})
    return letters if len(letters) <= _FEW_LETTERS else None


def _only_folded(mask: int) -> bool:
    """Whether what the mask has beyond ASCII comes from folding an ASCII letter."""
    return folded(mask & ASCII) == mask


def probe(node: Node) -> str:
    """A rare part that every match contains."""
    items = flat(node)
    best = max(range(len(items)), key=lambda at: _rarity(items[at:]), default=0)
    return _cut(items[best:])


def _rarity(items: list[Node]) -> float:
    """Bits that the fixed beginning of these items is worth."""
    bits = 0.0
    for item in items:
        match item:
            case Chars() if item.mask.bit_count() <= 3:
                bits += 5.0
            case Chars():
                bits += max(0.0, 6.5 - log2(item.mask.bit_count())) / 2
            case Choice():
                bits += min(_rarity(flat(branch)) for branch in item.items)
            case Edge():
                continue
            case _:
                break
    return bits


def numerous(node: Node) -> bool:
    """Whether every match has `MANY` digits, no two neighbours of which are more than two characters apart."""
    return _longest_row(flat(node)) >= MANY


def _longest_row(items: list[Node]) -> int:
    longest = row = apart = 0
    for at, item in enumerate(items):
        if isinstance(item, Choice):
            rests = ([*flat(branch), *items[at + 1 :]] for branch in item.items)
            return max(longest, min(_longest_row([*_digits(row), *rest]) for rest in rests))
        one = item.item if isinstance(item, Repeat) else item
        if isinstance(one, Chars) and one.mask & ~_DIGITS == 0:
            row, apart = row + (item.low if isinstance(item, Repeat) else 1), 0
        else:
            apart += 3 if (width := most(item, beyond=1)) is None else width
            row = row if apart <= 2 else 0
        longest = max(longest, row)
    return longest


def _digits(count: int) -> list[Node]:
    return [Chars("[0-9]", _DIGITS)] * count


def _cut(items: list[Node]) -> str:
    text = ""
    width = 0
    for item in items:
        if width >= _WIDTH:
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
            low = min(node.low, _COUNT)
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
