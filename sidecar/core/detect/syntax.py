"""Reads an RE2 pattern into a tree.

Rules: what this reader does not know it refuses with `Unreadable`, and the caller then assumes the worst of the
pattern. It never has to decide whether a pattern is legal: RE2 itself has compiled it before.
"""

from sidecar.core.detect.charset import Unreadable, read_class, read_escape
from sidecar.core.detect.tree import ANY, Chars, Choice, Edge, Group, Node, Repeat, Sequence, folded, mask_of

__all__ = ["Unreadable", "read"]

_EDGES = {"b": r"\b", "B": r"\B", "A": r"\A", "z": r"\z"}
_COUNTS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_NEWLINE = mask_of("\n")
_DEEPEST = 100  # deeper than any pattern that a person writes, and short of Python's own limit on recursion


def read(pattern: str) -> Node:
    """The tree of a pattern, or `Unreadable`."""
    reader = _Reader(pattern)
    node = reader.choice("", 0)
    if reader.at < len(pattern):
        raise Unreadable(f"unexpected {pattern[reader.at]!r}")
    return node


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.groups = 0

    def choice(self, flags: str, depth: int) -> Node:
        if depth > _DEEPEST:
            raise Unreadable("nested too deeply")
        branches: list[Node] = []
        items: list[Node] = []
        while self.at < len(self.pattern) and self.pattern[self.at] != ")":
            if self.pattern[self.at] == "|":
                self.at += 1
                branches.append(Sequence(tuple(items)))
                items = []
                continue
            changed = self._flags_alone()
            if changed is not None:
                if self.pattern[self.at : self.at + 1] in tuple("*+?{"):
                    raise Unreadable("a count behind flags: RE2 applies it to what stood before them")
                flags = _changed(flags, changed)
                continue
            items.extend(self._counted(flags, depth))
        branches.append(Sequence(tuple(items)))
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _flags_alone(self) -> str | None:
        """`(?i)` standing alone: it holds for the rest of the group."""
        if not self.pattern.startswith("(?", self.at):
            return None
        end = self.at + 2
        while end < len(self.pattern) and self.pattern[end] in "imsU-":
            end += 1
        if end == self.at + 2 or self.pattern[end : end + 1] != ")":
            return None
        flags = self.pattern[self.at + 2 : end]
        self.at = end + 1
        return flags

    def _counted(self, flags: str, depth: int) -> list[Node]:
        if self.pattern.startswith(r"\Q", self.at):
            return self._quoted(flags)
        item = self._one(flags, depth)
        while self.at < len(self.pattern):
            count = self._count()
            if count is None:
                break
            if self.pattern.startswith("?", self.at):  # lazy or greedy: the same texts
                self.at += 1
            item = Repeat(item, *count)
        return [item]

    def _count(self) -> tuple[int, int | None] | None:
        sign = self.pattern[self.at]
        if sign in _COUNTS:
            self.at += 1
            return _COUNTS[sign]
        end = self.pattern.find("}", self.at)
        if sign != "{" or end < 0:
            return None
        low, comma, high = self.pattern[self.at + 1 : end].partition(",")
        if not low.isdigit() or (high and not high.isdigit()):
            return None  # RE2 takes such a brace as an ordinary character
        self.at = end + 1
        return int(low), int(low) if not comma else int(high) if high else None

    def _quoted(self, flags: str) -> list[Node]:
        end = self.pattern.find(r"\E", self.at)
        literal = self.pattern[self.at + 2 : end if end >= 0 else len(self.pattern)]
        self.at = end + 2 if end >= 0 else len(self.pattern)
        return [_literal(character, flags) for character in literal]

    def _one(self, flags: str, depth: int) -> Node:
        sign = self.pattern[self.at]
        if sign == "(":
            return self._group(flags, depth)
        if sign == "[":
            source, mask, self.at = read_class(self.pattern, self.at, "i" in flags)
            return Chars(_with(flags, source), mask)
        self.at += 1
        if sign == ".":
            return Chars("(?s:.)" if "s" in flags else "[^\n]", ANY if "s" in flags else ANY & ~_NEWLINE)
        if sign in "^$":
            return Edge(f"(?m:{sign})" if "m" in flags else sign)
        if sign != "\\":
            return _literal(sign, flags)
        return self._escaped(flags)

    def _escaped(self, flags: str) -> Node:
        sign = self.pattern[self.at : self.at + 1]
        if sign in _EDGES:
            self.at += 1
            return Edge(_EDGES[sign])
        start = self.at - 1
        mask, self.at = read_escape(self.pattern, self.at)
        return Chars(_with(flags, self.pattern[start : self.at]), folded(mask) if "i" in flags else mask)

    def _group(self, flags: str, depth: int) -> Node:
        self.at += 1
        index = 0
        if not self.pattern.startswith("?", self.at):
            self.groups += 1
            index = self.groups
        elif self.pattern.startswith(("?P<", "?<"), self.at):
            self.at = self.pattern.index(">", self.at) + 1
            self.groups += 1
            index = self.groups
        else:
            end = self.pattern.find(":", self.at)
            if end < 0 or set(self.pattern[self.at + 1 : end]) - set("imsU-"):
                raise Unreadable("an unknown kind of group")
            flags = _changed(flags, self.pattern[self.at + 1 : end])
            self.at = end + 1
        item = self.choice(flags, depth + 1)
        self.at += 1  # the closing parenthesis
        return Group(item, index) if index else item


def _literal(character: str, flags: str) -> Chars:
    mask = mask_of(character)
    source = f"\\x{{{ord(character):x}}}" if not character.isalnum() or not character.isascii() else character
    return Chars(_with(flags, source), folded(mask) if "i" in flags else mask)


def _with(flags: str, source: str) -> str:
    return f"(?i:{source})" if "i" in flags else source


def _changed(flags: str, change: str) -> str:
    on, _, off = change.partition("-")
    return "".join(sorted((set(flags) | set(on)) - set(off)))
