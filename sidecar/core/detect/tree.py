"""A pattern as a tree, so that questions can be asked of it: which characters, how wide, how does it begin.

Rules:
- A set of characters is a bit mask: one bit for each ASCII character and `BEYOND` for all others together. A mask may
  say more than the pattern does, never less: everything built on it errs towards looking and holding.
- `source` is RE2 text that stands alone: flags are already written into it.
"""

from dataclasses import dataclass

ASCII = (1 << 128) - 1
BEYOND = 1 << 128
ANY = ASCII | BEYOND


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of a set."""

    source: str
    mask: int


@dataclass(frozen=True, slots=True)
class Edge:
    """An assertion of no width: an anchor or a word boundary."""

    source: str


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`high` None: without end."""

    item: "Node"
    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """A capturing group."""

    item: "Node"
    index: int


Node = Chars | Edge | Sequence | Choice | Repeat | Group


def mask_of(characters: str) -> int:
    """The mask of these characters."""
    mask = 0
    for character in characters:
        mask |= 1 << ord(character) if ord(character) < 128 else BEYOND
    return mask


def mask_between(first: int, last: int) -> int:
    """The mask of all code points from `first` to `last`, both included."""
    mask = BEYOND if last >= 128 else 0
    if first < 128:
        mask |= ((1 << (min(last, 127) + 1)) - 1) & ~((1 << first) - 1)
    return mask


def folded(mask: int) -> int:
    """The mask without regard to case. K and S also fold to characters beyond ASCII (the Kelvin sign, the long s)."""
    upper = mask & mask_between(ord("A"), ord("Z"))
    lower = mask & mask_between(ord("a"), ord("z"))
    mask |= upper << 32 | lower >> 32
    return mask | BEYOND if mask & mask_of("kKsS") else mask
