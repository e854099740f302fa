"""A tool that a policy describes.

Strategy: a description that names the tool takes the place of what the words in its name say; one with `*` only says
that somebody knows these tools, and adds: a tool called `delete_all` that the server brings tomorrow still deletes.

Rules:
- What a call is given counts in any case: a command, SQL, an address, a verb (`action: delete`).
- Of a tool that a table knows a description only adds.
- A name in other letters may be meant: it adds, and takes nothing away.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sidecar.core.model.described import DescribedTool, Own
from sidecar.core.model.effect import Deed, Effect, Object

ANY = "*"


@dataclass(frozen=True, slots=True)
class Said:
    """`sure`: every book describes the tool; `exact`: by its whole name."""

    entries: tuple[DescribedTool, ...] = ()
    sure: bool = False
    exact: bool = False

    @property
    def effects(self) -> tuple[Effect, ...]:
        return tuple(sorted({effect for one in self.entries for effect in one.effects} - {Effect.UNKNOWN}))

    @property
    def unread(self) -> tuple[str, ...]:
        return tuple(f"{one.where} says that nobody knows" for one in self.entries if Effect.UNKNOWN in one.effects)

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(f"described by {one.where}: harmless" for one in self.entries if not one.effects)

    def deeds(self, thing: Object) -> Iterator[Deed]:
        for one in self.entries:
            for effect in sorted(one.effects - {Effect.UNKNOWN}):
                yield Deed(effect, f"described by {one.where}: {thing.name}", (thing,))


NOTHING_SAID = Said()


def said_of(own: Own, tool: str) -> Said:
    """What the descriptions say of a tool, as rules know it."""
    read = [_of_book(entries, tool) for entries in own.tools()]
    entries = tuple(dict.fromkeys(entry for one in read for entry in one.entries))
    return Said(entries, all(one.sure for one in read), all(one.exact for one in read)) if entries else NOTHING_SAID


def _of_book(entries: tuple[DescribedTool, ...], tool: str) -> Said:
    """The longest that fits says it."""
    exact = tuple(one for one in entries if one.name == tool)
    if exact:
        return Said(exact, sure=True, exact=True)
    fitting = [one for one in entries if fits(one.name, tool)]
    longest = max((len(one.name) for one in fitting), default=0)
    if fitting:
        return Said(tuple(one for one in fitting if len(one.name) == longest), sure=True)
    return Said(tuple(one for one in entries if fits(_plain(one.name), _plain(tool))))


def fits(described: str, tool: str) -> bool:
    """`*` stands for any characters, and everything else for itself."""
    return fnmatchcase(tool, described.replace("[", "[[]").replace("?", "[?]"))


def _plain(name: str) -> str:
    return name.casefold().replace("-", "_")
