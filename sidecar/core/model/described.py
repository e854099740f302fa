"""What policies say that programs and tools of one's own do, which no table knows.

Rules:
- A description says what something does, not what is allowed: it counts for every policy of the call, whichever it
  stands in, and where two describe the same call, both count.
- A session that began under other rules is read by both books: each has to describe a call, or it is not described.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sidecar.core.model.effect import Effect

_PLAIN = re.compile(r"[A-Za-z0-9_./~][\w.+/~-]*")


@dataclass(frozen=True, slots=True)
class DescribedProgram:
    """`acmectl tenants delete`: the program as written, and the words that it has to begin with; `*` is any one word.
    `where`: the place of the description, for people. No effects: it does no harm."""

    name: str
    words: tuple[str, ...]
    effects: frozenset[Effect]
    where: str


@dataclass(frozen=True, slots=True)
class DescribedTool:
    """A tool as rules name it, with `*` for any characters."""

    name: str
    effects: frozenset[Effect]
    where: str


@dataclass(frozen=True, slots=True)
class Descriptions:
    """Those of one policy. `programs`: by the last part of their path, in small letters."""

    programs: Mapping[str, tuple[DescribedProgram, ...]] = field(default_factory=dict)
    tools: tuple[DescribedTool, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.programs or self.tools)


@dataclass(frozen=True, slots=True)
class Own:
    """Those of every policy of a call, book by book."""

    books: tuple[tuple[Descriptions, ...], ...] = ()

    def __bool__(self) -> bool:
        return any(any(book) for book in self.books)

    def programs(self, last: str) -> Iterator[tuple[DescribedProgram, ...]]:
        """Of each book those that may be about a program of that name."""
        key = last.casefold()
        return (tuple(one for each in book for one in each.programs.get(key, ())) for book in self.books)

    def tools(self) -> Iterator[tuple[DescribedTool, ...]]:
        return (tuple(one for each in book for one in each.tools) for book in self.books)


NOTHING_DESCRIBED = Own()


MEANS = "a policy can: "


def describable(unread: Iterable[str]) -> bool:
    """Whether something is not known that a policy could describe."""
    return any(MEANS in words for words in unread)


def as_program(name: str) -> str:
    """The line of a policy that would describe it, said where a call is unknown for want of one."""
    return f"{MEANS}`understand: {{programs: {{{_key(name)}: [writes]}}}}`, with what it really does"


def as_tool(name: str) -> str:
    return f"{MEANS}`understand: {{tools: {{{_key(name)}: [writes]}}}}`, with what it really does"


def _key(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else f'"{name}"'
