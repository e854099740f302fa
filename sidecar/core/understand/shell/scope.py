"""What a shell knows while it runs: variables, functions, aliases, files written before.

Rules:
- A variable may have several values, where a branch or a loop may have set it; each is tried.
- More values than can be tried are a hole.
- A subshell works on a copy.
"""

from dataclasses import dataclass, field

from tree_sitter import Node

from sidecar.core.understand.shell.call import HOLE, Stream, Word
from sidecar.core.understand.shell.parse import Source

MOST_VALUES = 8
# `x=$x$x` doubles; what grows past this is not known.
LONGEST_VALUE = 4_096
MOST_WORDS = 64
UNKNOWN = Word(HOLE)
# What every shell has; the rest of the environment is not known.
USUAL = {
    "HOME": "~",
    "PWD": ".",
    "OLDPWD": "..",
    "TMPDIR": "/tmp",  # noqa: S108  (the shell's own value, not a file of ours)
    "IFS": " \t\n",
    "0": "bash",
    "?": "0",
    "#": "0",
    "$": "1",
}

Fields = tuple[Word, ...]


@dataclass(slots=True)
class Scope:
    """`values`: of each variable, the values it may have; an array has several words."""

    values: dict[str, tuple[Fields, ...]] = field(default_factory=dict)
    functions: dict[str, tuple[Source, Node]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    files: dict[str, Stream] = field(default_factory=dict)
    maybe: int = 0
    guessed: bool = False

    def copy(self) -> "Scope":
        return Scope(dict(self.values), dict(self.functions), dict(self.aliases), dict(self.files), self.maybe)

    def get(self, name: str) -> Fields | None:
        """The value, or nothing where this text did not set it and nobody knows it."""
        several = self.values.get(name)
        if several is not None:
            return several[0] if len(several) == 1 else (UNKNOWN,)
        usual = USUAL.get(name)
        return (Word(usual),) if usual is not None else None

    def put(self, name: str, value: Fields, *, more: bool = False) -> None:
        before, value = self.values.get(name, ()), _kept(value)
        if more:
            joined = [self._appended(old, value) for old in (before or ((),))]
            self.values[name] = tuple(map(_kept, joined))
        elif self.maybe:
            self._add(name, before, value)
        else:
            self.values[name] = (value,)

    def _appended(self, old: Fields, value: Fields) -> Fields:
        if len(old) <= 1 and len(value) == 1:
            return (Word((old[0].text if old else "") + value[0].text),)
        return old + value

    def _add(self, name: str, before: tuple[Fields, ...], value: Fields) -> None:
        known = before if value in before else (*before, value)
        self.values[name] = known if len(known) <= MOST_VALUES else ((UNKNOWN,),)

    def choices(self, names: set[str]) -> "list[Scope]":
        """One scope for each way in which the named variables may be set; itself where there is one way."""
        open_ones = [name for name in names if len(self.values.get(name, ())) > 1]
        scopes = [self]
        for name in open_ones:
            if len(scopes) * len(self.values[name]) > MOST_VALUES:
                break
            scopes = [_with(scope, name, value) for scope in scopes for value in self.values[name]]
        return scopes


def _kept(value: Fields) -> Fields:
    short = len(value) <= MOST_WORDS and sum(len(word.text) for word in value) <= LONGEST_VALUE
    return value if short else (UNKNOWN,)


def _with(scope: Scope, name: str, value: Fields) -> Scope:
    """Shares everything but the values."""
    return Scope({**scope.values, name: (value,)}, scope.functions, scope.aliases, scope.files, scope.maybe)
