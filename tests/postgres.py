"""A real PostgreSQL for tests: one throw-away cluster, a database of its own for each test that asks.

Strategy: Debian's programs, started as an ordinary user (`initdb` refuses root), on a Unix socket in a folder of its
own: no port, no password, nothing left behind.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Self

import psycopg

# Tests lose nothing when the machine does.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "shared_buffers=16MB")


class Cluster:
    """A running server. `database()` makes an empty database and names it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._numbers = count(1)

    def start(self) -> Self:
        if os.getuid() == 0:
            shutil.chown(self._folder, "postgres", "postgres")
        self._run("initdb", "-D", str(self._data), "-U", "tests", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.up()
        return self

    def up(self) -> None:
        options = " ".join(f"-c {one}" for one in (*CARELESS, f"unix_socket_directories={self._folder}"))
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(self._data), "-w", "-l", log, "-o", f"{options} -c listen_addresses=", "start")

    def down(self) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-w", "-m", "immediate", "stop")

    def database(self) -> str:
        name = f"t{next(self._numbers)}"
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.dsn(name)

    def dsn(self, name: str, user: str = "tests") -> str:
        return f"postgresql://{user}@/{name}?host={self._folder}"

    def _run(self, program: str, *arguments: str) -> None:
        lesser = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups") if os.getuid() == 0 else ()
        # To a file, not a pipe: the server inherits it and would keep a pipe open.
        with (self._folder / "said").open("wb+") as said:
            done = subprocess.run(
                (*lesser, str(_programs() / program), *arguments),
                stdout=said,
                stderr=said,
                cwd=self._folder,
                check=False,
                timeout=90,
            )
            said.seek(0)
            assert done.returncode == 0, said.read().decode()


@contextmanager
def cluster() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-postgres-"))
    running = Cluster(folder)
    try:
        yield running.start()
        running.down()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def installed() -> bool:
    return bool([*Path("/usr/lib/postgresql").glob("*/bin"), *filter(None, [shutil.which("initdb")])])


def _programs() -> Path:
    """The newest one that Debian has, or where `PATH` leads."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if installed:
        return installed[-1]
    found = shutil.which("initdb")
    assert found, "tests of the control plane need PostgreSQL: apt-get install postgresql"
    return Path(found).parent
