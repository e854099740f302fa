"""What every match of a pattern contains: for the passes over a text that say who must look closer.

Strategy: an *anchor* is a literal and a pattern of what stands there. A set of bare literals is searched
hundred times faster than one of patterns when the text is new to the automaton, so all that have anchors are found
by their literal and confirmed in place. For the others there is the *probe*: the rarest part, as a pattern.

Rules:
- Both are supersets. Counts are cut down and anchors of width nought dropped; only word boundaries stay, and the end
  of the text behind everything else.
- A pattern of what stands at a literal may be long: it is tried in few places, and the sign that ends a value is what
  most code does not have there.
"""

from functools import lru_cache
from math import log2
from typing import NamedTuple

import re2

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

_WIDTH = 12  # characters of a probe; more makes the automaton bigger and hardly any hit rarer
_WIDE, _HIGH_COUNT = 80, 40  # at a literal
_COUNT = 8
_END = r"(?:\z|\n)"  # behind the end of a text there may stand what joins it to another (`compiled`)
_MOST_ANCHORS = 40
_SHORTEST = 3  # letters of a literal; a sign is rare enough alone
_LONG_ENOUGH = 12
_FEW_LETTERS = 8
_DIGITS = mask_between(ord("0"), ord("9"))
MANY = 6
_RARE_SIGNS = frozenset("@$")


class Anchor(NamedTuple):
    """A literal in lower case; as a pattern, how it is written; what stands there."""

    literal: str
    written: str
    pattern: str


# Letters one after the other, each in the cases that it may have: `("eE", "nN", "V")`.
_Letters = tuple[str, ...]


def anchors(node: Node) -> list[Anchor] | None:
    """Literals, one of which is in every match, each with what stands there; None if there is no such choice."""
    return _anchored(flat(node))


def _anchored(items: list[Node]) -> list[Anchor] | None:
    if not items:
        return None
    best = max(range(len(items)), key=lambda at: (_rarity(items[at:]), at))
    edge = _whole(items[best - 1]) if best and isinstance(items[best - 1], Edge) else ""
    first = items[best]
    if isinstance(first, Choice):  # each branch has its own rarest part
        ways = [_anchored([*flat(branch), *items[best + 1 :]]) for branch in first.items[:_MOST_ANCHORS]]
        found = [one._replace(pattern=edge + one.pattern) for way in ways for one in way or ()]
        return found if all(ways) and len(ways) == len(first.items) and len(found) <= 4 * _MOST_ANCHORS else None
    found = [_anchor(letters, edge + _cut(items[best:], _WIDE, _HIGH_COUNT)) for letters in _literals(items[best:])]
    long_enough = all(len(one.literal) >= _SHORTEST or one.literal in _RARE_SIGNS for one in found)
    return found if long_enough else None


def _anchor(letters: _Letters, pattern: str) -> Anchor:
    written = "".join(str(re2.escape(each)) if len(each) == 1 else f"[{each}]" for each in letters)
    return Anchor("".join(each[0].lower() for each in letters), written, pattern)


def _literals(items: list[Node]) -> list[_Letters]:
    """What these items begin with, as long as that is worth something."""
    found: list[_Letters] = [()]
    for at, item in enumerate(items):
        if min(map(len, found)) >= _LONG_ENOUGH:
            break
        if isinstance(item, Edge):
            continue
        if isinstance(item, Choice):
            ends = [end for branch in item.items for end in _literals([*flat(branch), *items[at + 1 :]])]
            return _joined(found, ends) or found
        joined = _joined(found, _letters(item))
        if joined is None:
            break
        found = joined
    return [one for one in found if not any(one[:end] in found for end in range(len(one)))]


def _joined(found: list[_Letters], ends: list[_Letters]) -> list[_Letters] | None:
    joined = list(dict.fromkeys(text + end for text in found for end in ends))
    return joined if 0 < len(joined) <= _MOST_ANCHORS else None


def _letters(item: Node) -> list[_Letters]:
    """What can stand here, if that is one of a few letters or nothing; otherwise an empty list."""
    if isinstance(item, Repeat) and (item.low, item.high) == (0, 1):
        inside = _letters(item.item)
        return [(), *inside] if inside else []
    if not isinstance(item, Chars) or (item.mask & BEYOND and not _only_folded(item.mask)):
        return []
    return list(_cases(item.mask))


@lru_cache(1024)
def _cases(mask: int) -> tuple[_Letters, ...]:
    """Each letter in the cases that it may have; none where there are many letters."""
    by_letter: dict[str, str] = {}
    for character in (chr(code) for code in range(127, -1, -1) if mask >> code & 1):
        by_letter[character.lower()] = by_letter.get(character.lower(), "") + character
    return tuple((cases,) for _, cases in sorted(by_letter.items())) if len(by_letter) <= _FEW_LETTERS else ()


def _only_folded(mask: int) -> bool:
    """Whether what the mask has beyond ASCII comes from folding an ASCII letter."""
    return folded(mask & ASCII) == mask


def probe(node: Node) -> str:
    """A rare part that every match contains."""
    items = flat(node)
    best = max(range(len(items)), key=lambda at: _rarity(items[at:]), default=0)
    return _cut(items[best:], _WIDTH, _COUNT)


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
    return _in_a_row(flat(node))


def _in_a_row(items: list[Node]) -> bool:
    row = apart = 0
    for at, item in enumerate(items):
        if isinstance(item, Choice):
            # One branch without them is enough to know, and most have such a branch first.
            return all(_in_a_row([*_digits(row), *flat(branch), *items[at + 1 :]]) for branch in item.items)
        one = item.item if isinstance(item, Repeat) else item
        if isinstance(one, Chars) and one.mask & ~_DIGITS == 0:
            row, apart = row + (item.low if isinstance(item, Repeat) else 1), 0
        else:
            apart += 3 if (width := most(item, beyond=1)) is None else width
            row = row if apart <= 2 else 0
        if row >= MANY:
            return True
    return False


def _digits(count: int) -> list[Node]:
    return [Chars("[0-9]", _DIGITS)] * count


def _cut(items: list[Node], most_wide: int, count: int) -> str:
    text = ""
    width = 0
    for at, item in enumerate(items):
        if width >= most_wide:
            break
        text += _whole(item, count, last=at == len(items) - 1)
        width += _least(item)
    return text


def _whole(node: Node, count: int = 0, *, last: bool = False) -> str:
    """As a pattern. `count`: repetitions that are counted. `last`: nothing of the pattern stands behind it."""
    match node:
        case Chars():
            return node.source
        case Edge():
            return node.source if node.source == r"\b" else _END if last and node.source == r"\z" else ""
        case Group():
            return _whole(node.item, count, last=last)
        case Sequence():
            end = len(node.items) - 1
            return "".join(_whole(item, count, last=last and at == end) for at, item in enumerate(node.items))
        case Choice():
            return "(?:" + "|".join(_whole(item, count, last=last) for item in node.items) + ")"
        case Repeat():
            low = min(node.low, count)
            exact = node.high == node.low == low
            bounds = f"{{{low}}}" if exact else "?" if (low, node.high) == (0, 1) else f"{{{low},}}"
            return f"(?:{_whole(node.item, count)}){bounds}"


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
