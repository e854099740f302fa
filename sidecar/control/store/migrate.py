"""The tables, brought to the version of this program.

Strategy: files `NNN_name.sql` in order, each once, all in one transaction that holds the writers' lock: of two replicas
that start at once the second finds everything done.

Rule: a database that knows a step that we do not was made by a newer version; writing into it could break it, so we do
not start.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from sidecar.control.store.engine import Engine, StoreFailed

_APPLIED = "CREATE TABLE IF NOT EXISTS gatehouse_steps (name TEXT PRIMARY KEY, at DOUBLE PRECISION NOT NULL)"
_FILE = re.compile(r"\d{3}_[a-z0-9_]+\.sql")


class Newer(StoreFailed):
    """The database belongs to a newer version of Gatehouse."""


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    statements: tuple[str, ...]


def shipped() -> tuple[Step, ...]:
    """The steps that came with this program."""
    folder = files("sidecar.control.store") / "migrations"
    found = {one.name: one.read_text() for one in folder.iterdir() if _FILE.fullmatch(one.name)}
    return tuple(Step(name.removesuffix(".sql"), statements(found[name])) for name in sorted(found))


def statements(text: str) -> tuple[str, ...]:
    """A file's statements: each ends with a semicolon at the end of a line."""
    bare = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
    return tuple(one.strip() for one in re.split(r";\s*(?:\n|$)", bare) if one.strip())


async def migrate(engine: Engine, steps: Sequence[Step], now: float) -> tuple[str, ...]:
    """Apply what is missing; the names of what was."""
    async with engine.transaction() as transaction:
        await transaction.do(_APPLIED)
        known = {str(row["name"]) for row in await transaction.rows("SELECT name FROM gatehouse_steps")}
        if unknown := sorted(known - {step.name for step in steps}):
            raise Newer(
                f"the database was made by a newer version of Gatehouse (it has {', '.join(unknown)}): "
                "start that version, or name another database in control.database"
            )
        missing = [step for step in steps if step.name not in known]
        for step in missing:
            for statement in step.statements:
                await transaction.do(statement)
            await transaction.do("INSERT INTO gatehouse_steps (name, at) VALUES (?, ?)", step.name, now)
    return tuple(step.name for step in missing)
