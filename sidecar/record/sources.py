"""Where a check reads the record from: the spool, the database, or the database with what the spool still holds.

Rules:
- Events come as they are stored, columns and all: what is wrong with them is the check's to say.
- The anchors are read before the events: a gate that runs meanwhile then only adds what no anchor knew of.
- Between database and spool events move while we read: whatever is missing between the two is asked for once more.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import zstandard

from sidecar.core.errors import ConfigurationError
from sidecar.core.evidence.anchored import Anchored
from sidecar.core.evidence.checkpoint import Checkpoint, checkpoint_of
from sidecar.core.evidence.event import Event
from sidecar.core.evidence.rows import Rows
from sidecar.record import spool_file

BATCH = 2_000
ASKED = 500  # digests in one question
# By their types: SQLite keeps whatever an editor put there.
COLUMNS = (
    "CAST(chain AS BLOB), CAST(seq AS INTEGER), CAST(at AS BLOB), CAST(kind AS BLOB), "
    "CAST(body AS BLOB), CAST(previous AS BLOB), CAST(hash AS BLOB)"
)


class Source(Protocol):
    """`whole`: nothing of the record lies elsewhere. `begins`: chains whose beginning does."""

    name: str
    whole: bool

    @property
    def begins(self) -> Mapping[str, int]: ...

    def total(self) -> int: ...

    def events(self) -> Iterator[Sequence[Event]]: ...

    def absent(self, digests: frozenset[str]) -> Iterable[str]: ...

    def fetch(self, digests: frozenset[str]) -> Mapping[str, bytes]: ...

    def parts(self) -> Iterator[tuple[str, bytes | None]]: ...

    def own(self) -> Sequence[Anchored]: ...


class SpoolSource:
    """One spool file, as it is now. What was delivered may be freed; then the record begins later."""

    name = "spool"

    def __init__(self, folder: Path, only: frozenset[str] | None = None) -> None:
        path = folder / spool_file.NAME
        if not path.is_file():
            raise ConfigurationError.single(str(path), "there is no spool here")
        connection = spool_file.connected(path)
        connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        self._run = connection.execute
        # In the order of the file: an index by chain would hide that something stands elsewhere than it should.
        self._where = "" if only is None else f" WHERE chain IN ({', '.join('?' * len(only))})"
        self._values = sorted(only or ())
        if not self._run("SELECT 1 FROM sqlite_master WHERE name = 'state'").fetchone():
            raise ConfigurationError.single(str(path), "this is not a spool")
        cursor = self._run("SELECT value FROM state WHERE key = 'cursor'").fetchone()
        self._cursor = int(cursor[0]) if cursor else 0
        self.whole = self._cursor == 0 and only is None
        first = self._run("SELECT id, chain, seq FROM events ORDER BY id LIMIT 1").fetchone()
        freed = first is not None and self._cursor > 0 and first[0] <= self._cursor + 1
        self.begins: Mapping[str, int] = {first[1]: first[2]} if freed else {}

    def total(self) -> int:
        return int(self._run(f"SELECT count(*) FROM events{self._where}", self._values).fetchone()[0])  # noqa: S608

    def events(self) -> Iterator[Sequence[Event]]:
        found = self._run(f"SELECT {COLUMNS} FROM events{self._where} ORDER BY id", self._values)  # noqa: S608
        while rows := found.fetchmany(BATCH):
            chains, seqs, ats, kinds, *rest = map(list, zip(*rows, strict=True))
            yield Rows(_texts(chains), seqs, _texts(ats), _texts(kinds), *rest)

    def absent(self, digests: frozenset[str]) -> Iterable[str]:
        if self._cursor:
            return ()  # it may have been delivered, freed and forgotten since
        return [name for name in digests if not self.holds(name)]

    def holds(self, digest: str) -> bool:
        """Whether the bytes of this part are here."""
        look = "SELECT 1 FROM parts WHERE digest = ? AND data IS NOT NULL"
        return self._run(look, (bytes.fromhex(digest),)).fetchone() is not None

    def fetch(self, digests: frozenset[str]) -> Mapping[str, bytes]:
        """The bytes of those that are here and can be unpacked."""
        expand, ordered, found = zstandard.ZstdDecompressor().decompress, sorted(digests), dict[str, bytes]()
        for start in range(0, len(ordered), ASKED):
            some = [bytes.fromhex(name) for name in ordered[start : start + ASKED]]
            marks = ", ".join("?" * len(some))
            look = f"SELECT CAST(digest AS BLOB), CAST(data AS BLOB) FROM parts WHERE data IS NOT NULL AND digest IN ({marks})"  # noqa: S608, E501
            for digest, data in self._run(look, some):
                with suppress(zstandard.ZstdError):
                    found[digest.hex()] = expand(data)
        return found

    def parts(self) -> Iterator[tuple[str, bytes | None]]:
        expand = zstandard.ZstdDecompressor().decompress
        for digest, data in self._run(
            "SELECT CAST(digest AS BLOB), CAST(data AS BLOB) FROM parts WHERE data IS NOT NULL"
        ):
            try:
                yield digest.hex(), expand(data)
            except zstandard.ZstdError:
                yield digest.hex(), None

    def own(self) -> Sequence[Anchored]:
        """Its list of checkpoints, which is no event and so has no chain of its own."""
        lines = self._run("SELECT CAST(line AS BLOB) FROM checkpoints ORDER BY id")
        kept = anchored("the spool's list", (row[0] for row in lines), torn=False)
        return [replace(kept, partial=self._cursor > 0)]


def _texts(raw: list[bytes]) -> list[str]:
    return [one.decode("utf-8", "surrogateescape") for one in raw]


def file_anchor(path: Path, name: str | None = None) -> Anchored | None:
    """Nothing if there is no such file: an anchor that was never written to. `name`: the gate's own for it."""
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigurationError.single(str(path), f"cannot be read: {error.strerror}") from error
    return anchored(name or str(path), lines, torn=True, named=name is not None)


def anchored(name: str, lines: Iterable[bytes], torn: bool, named: bool = False) -> Anchored:
    """A checkpoint a line, bare or as a log collector keeps it, among lines that are none.

    A file's torn line was written again after it, and says nothing; elsewhere every line must be one.
    """
    found, unreadable = [], 0
    for line in lines:
        stated = _stated(line)
        if stated is not None:
            found.append(stated)
        elif not torn:
            unreadable += 1
    return Anchored(name, found, unreadable, named)


def _stated(line: bytes) -> Checkpoint | None:
    try:
        said = json.loads(line)
    except (ValueError, TypeError):
        return None
    fact = said.get("checkpoint", said) if isinstance(said, dict) else None
    return checkpoint_of(fact) if isinstance(fact, dict) else None
