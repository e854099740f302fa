"""One client's session with the engine, and those that clients keep by name.

Strategy: a request without a session gets a connection of its own, closed afterwards. A named session keeps its
connection: temporary tables and `SET` stay, while the settings and the database that one request brought are worn for
that request only and put back before the next.

Rules:
- A session serves one request at a time; a second one is refused, as ClickHouse refuses it.
- `SET` and `USE` run with nothing worn, so that what they change is what stays.
"""

import re
import threading
import time
from collections.abc import Callable, Mapping

from sidecar.record.local.engine import Connection, Engine
from sidecar.record.local.failure import Failure

MOST_KEPT = 200  # each costs a little memory; a forgotten one goes when the newest comes
# The library takes `1 + 2` for a query; a server calls it a syntax error, and so must we.
LIKE_A_SERVER = "SET implicit_select = 0"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
SESSION_IS_LOCKED, SESSION_NOT_FOUND, UNKNOWN_SETTING = 373, 372, 115


class Session:
    """A connection in use. Not for two threads at once."""

    def __init__(self, connection: Connection, kept: bool = False) -> None:
        connection.query(LIKE_A_SERVER)
        self.connection = connection
        self.kept = kept
        self._own: dict[str, str | None] = {}  # settings as the session has them; None: the engine's default
        self._worn: dict[str, str] = {}
        self._database: str | None = None  # the session's own, while a request's is in use

    def wear(self, settings: Mapping[str, str], database: str | None) -> None:
        """Make this request's settings and database hold, and only those."""
        back = {name: own for name, own in self._own.items() if name not in settings}
        fresh = {name: value for name, value in settings.items() if self._worn.get(name) != value}
        if self.kept:
            self._remember([name for name in fresh if name not in self._own])
        assigned = [f"{_named(name)} = {quoted(value)}" for name, value in fresh.items()]
        assigned += [f"{name} = {'DEFAULT' if own is None else quoted(own)}" for name, own in back.items()]
        if assigned:
            self.connection.query(f"SET {', '.join(assigned)}")
        self._worn = dict(settings)
        for name in back:
            del self._own[name]
        self._use(database)

    def _remember(self, names: list[str]) -> None:
        if not names:
            return
        listed = ", ".join(quoted(name) for name in names)
        rows = self.connection.query(
            f"SELECT name, if(changed, hex(value), '-') FROM system.settings WHERE name IN ({listed})",  # noqa: S608
            "TabSeparated",
        )
        found = dict(row.split("\t") for row in rows.bytes().decode().splitlines())
        for name in names:
            value = found.get(name, "-")
            self._own[name] = None if value == "-" else bytes.fromhex(value).decode()

    def _use(self, database: str | None) -> None:
        if database is None and self._database is None:
            return
        if self._database is None and self.kept:
            current = self.connection.query("SELECT hex(currentDatabase())", "TabSeparated").bytes()
            self._database = bytes.fromhex(current.decode().strip()).decode()
        wanted = self._database if database is None else database
        if wanted is not None:
            self.connection.query(f"USE {identifier(wanted)}")
        if database is None:
            self._database = None


class Sessions:
    """The sessions that are kept, by the name their client gave."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._clock = clock
        self._lock = threading.Lock()
        self._idle: dict[str, tuple[float, Session]] = {}  # until when, oldest use first
        self._busy: set[str] = set()

    def take(self, name: str | None, must_exist: bool = False) -> Session:
        if not name:
            return Session(self._engine.connection())
        with self._lock:
            self._forget_old()
            if name in self._busy:
                raise Failure(
                    SESSION_IS_LOCKED, "SESSION_IS_LOCKED", f"Session {name} is locked by a concurrent client"
                )
            kept = self._idle.pop(name, None)
            if kept is None and must_exist:
                raise Failure(SESSION_NOT_FOUND, "SESSION_NOT_FOUND", f"Session {name} not found")
            self._busy.add(name)
        return kept[1] if kept else Session(self._engine.connection(), kept=True)

    def give_back(self, name: str | None, session: Session, keep_for: float) -> None:
        if not name:
            session.connection.close()
            return
        with self._lock:
            self._busy.discard(name)
            self._idle[name] = (self._clock() + keep_for, session)
            while len(self._idle) > MOST_KEPT:
                self._close(next(iter(self._idle)))

    def close(self) -> None:
        with self._lock:
            for name in list(self._idle):
                self._close(name)

    def _forget_old(self) -> None:
        now = self._clock()
        for name in [name for name, (until, _) in self._idle.items() if until <= now]:
            self._close(name)

    def _close(self, name: str) -> None:
        self._idle.pop(name)[1].connection.close()


def quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def identifier(name: str) -> str:
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def _named(setting: str) -> str:
    if not NAME.fullmatch(setting):
        raise Failure(UNKNOWN_SETTING, "UNKNOWN_SETTING", f"Unknown setting '{setting}'")
    return setting
