"""People's words about pins, handed to the gate in its file: it takes them up within a second, or when it starts."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sidecar.core.errors import ConfigurationError
from sidecar.core.exchange.mcp.wish import Act, Wish

TABLE = """
CREATE TABLE wishes (
    id INTEGER PRIMARY KEY, act TEXT NOT NULL, connection TEXT NOT NULL, caller TEXT, tool TEXT
) STRICT
"""


def put(file: Path, wish: Wish) -> None:
    row = (wish.act.value, wish.connection, wish.caller, wish.tool)
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=5)) as database, database:
            database.execute("INSERT INTO wishes (act, connection, caller, tool) VALUES (?, ?, ?, ?)", row)
    except sqlite3.Error as error:
        raise ConfigurationError.single(str(file), f"cannot be written: {error}") from error


def taken(file: Path) -> tuple[Wish, ...]:
    """All of them, once."""
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=5)) as database, database:
        rows = database.execute("SELECT act, connection, caller, tool FROM wishes ORDER BY id").fetchall()
        if rows:
            database.execute("DELETE FROM wishes")
    return tuple(Wish(Act(act), *rest) for act, *rest in rows)
