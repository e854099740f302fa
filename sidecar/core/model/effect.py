"""What a tool call would do to the world, as far as it can be known before it runs.

Rules:
- Effects are what a rule names in `effect`; `unknown` is one of them, so that a rule can say what not knowing means.
- A deed says where in the call it was seen, so that a person can be shown the part that matters.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Effect(StrEnum):
    """`deletes` takes away what can be made again or was named one by one; `destroys_data` what cannot or was not
    counted: a tree, a table, a volume, rows without a condition, history."""

    READS = "reads"
    WRITES = "writes"
    DELETES = "deletes"
    DESTROYS_DATA = "destroys_data"
    RUNS_CODE = "runs_code"
    ESCALATES = "escalates"
    LEAVES_MACHINE = "leaves_machine"
    READS_SECRET = "reads_secret"  # noqa: S105  (the name of an effect)
    CHANGES_ACCESS = "changes_access"
    INSTALLS = "installs"
    SPENDS = "spends"
    UNKNOWN = "unknown"


class Thing(StrEnum):
    """What an object is."""

    PATH = "path"
    HOST = "host"
    TABLE = "table"
    COLUMN = "column"
    COMMAND = "command"
    PACKAGE = "package"
    RESOURCE = "resource"


@dataclass(frozen=True, slots=True, order=True)
class Object:
    kind: Thing
    name: str


@dataclass(frozen=True, slots=True)
class Deed:
    """One effect and how it comes about: `rm -rf /srv`, `DELETE FROM users without WHERE`. `start` and `end`: the
    characters of the source text that do it; both 0 where there is no such text."""

    effect: Effect
    why: str
    objects: tuple[Object, ...] = ()
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """One step of the tree that `explain` shows: a command, a pipeline, a statement, a literal that is itself code."""

    label: str
    deeds: tuple[Deed, ...] = ()
    children: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """`unread`: what could not be parsed or is computed at run time, in words; then `unknown` is among the effects."""

    tree: Node
    unread: tuple[str, ...] = field(default=())

    @property
    def deeds(self) -> tuple[Deed, ...]:
        return tuple(_deeds(self.tree))

    @property
    def effects(self) -> frozenset[Effect]:
        unknown = {Effect.UNKNOWN} if self.unread else set()
        return frozenset({deed.effect for deed in self.deeds} | unknown)

    @property
    def objects(self) -> frozenset[Object]:
        return frozenset(thing for deed in self.deeds for thing in deed.objects)


def _deeds(node: Node) -> list[Deed]:
    return [*node.deeds, *(deed for child in node.children for deed in _deeds(child))]
