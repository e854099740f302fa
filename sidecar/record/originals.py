"""The sealed originals of an exchange or a session, found where the record is: in the spool, or in ClickHouse.

Strategy: first the events that name what was asked for, then those that name the exchanges found. Both stores know an
event by chain and sequence, so what stands in both counts once.

Rules: nothing is opened here. A part that is named and not found is told as missing, never passed over.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from sidecar.record.clickhouse.place import Place, connected, told
from sidecar.record.reader import SpoolReader

KINDS = ("decided", "answered", "cut")
AT_ONCE = 100  # words that one look searches for


@dataclass(frozen=True, slots=True)
class Original:
    """One sealed part. `blob` is nothing where the record does not have it any more."""

    exchange: str
    kind: str
    at: str
    part: str
    blob: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Row:
    """As much of an event as is needed here."""

    chain: str
    seq: int
    kind: str
    body: bytes


class Shelf(Protocol):
    """Where events and parts stand."""

    def naming(self, words: Sequence[str]) -> Iterator[Row]:
        """The events of our kinds that name one of these words, and perhaps others."""

    def parts_of(self, digests: Iterable[str]) -> Mapping[str, bytes]: ...
    def close(self) -> None: ...


class SpoolShelf:
    """The spool of this machine."""

    def __init__(self, folder: Path) -> None:
        self._reader = SpoolReader(folder)

    def naming(self, words: Sequence[str]) -> Iterator[Row]:
        wanted = [json.dumps(word).encode() for word in words]
        cursor = 0
        while batch := self._reader.after(cursor):
            cursor = batch[-1][0]
            for _, event in batch:
                if event.kind in KINDS and any(word in event.body for word in wanted):
                    yield Row(event.chain, event.seq, event.kind, event.body)

    def parts_of(self, digests: Iterable[str]) -> Mapping[str, bytes]:
        return self._reader.parts_of(digests)

    def close(self) -> None:
        self._reader.close()


class ClickHouseShelf:
    """The database, or `Trouble` with it."""

    def __init__(self, where: Place) -> None:
        self._where = where.address
        self._client = connected(where)

    def naming(self, words: Sequence[str]) -> Iterator[Row]:
        asked = "SELECT DISTINCT chain, seq, kind, body FROM events WHERE kind IN {kinds:Array(String)} AND "
        asked += "(exchange IN {words:Array(String)} OR "
        asked += "JSONExtractString(body, 'fact', 'session') IN {words:Array(String)}) ORDER BY chain, seq"
        for row in self._asked(asked, {"kinds": list(KINDS), "words": list(words)}, "body"):
            yield Row(*row)

    def parts_of(self, digests: Iterable[str]) -> Mapping[str, bytes]:
        asked = "SELECT lower(hex(digest)) AS name, data FROM parts WHERE digest IN "
        asked += "(SELECT unhex(arrayJoin({names:Array(String)})))"
        rows = self._asked(asked, {"names": list(digests)}, "data")
        return {str(row[0]): bytes(row[1]) for row in rows}

    def close(self) -> None:
        self._client.close()

    def _asked(self, question: str, given: Mapping[str, object], raw: str) -> Sequence[Sequence[Any]]:
        """The rows; one column as bytes."""
        with told(self._where):
            return self._client.query(question, parameters=dict(given), column_formats={raw: "bytes"}).result_rows


def originals(shelves: Sequence[Shelf], name: str) -> list[Original]:
    """All of an exchange or a session, in the order in which they were recorded."""
    facts = _facts(shelves, [name])
    exchanges = sorted({str(one["exchange"]) for _, one in facts if name in (one["exchange"], one.get("session"))})
    found = [
        (row, fact, str(sealed["part"]))
        for at in range(0, len(exchanges), AT_ONCE)
        for row, fact in _facts(shelves, exchanges[at : at + AT_ONCE])
        if fact["exchange"] in exchanges and isinstance(sealed := fact.get("sealed"), dict)
    ]
    parts: dict[str, bytes] = {}
    for shelf in shelves:
        parts |= shelf.parts_of([part for _, _, part in found if part not in parts])
    made = [
        Original(str(fact["exchange"]), row.kind, str(fact["recorded"]), part, parts.get(part))
        for row, fact, part in found
    ]
    return sorted(made, key=lambda one: (one.at, one.exchange))


def _facts(shelves: Sequence[Shelf], words: Sequence[str]) -> list[tuple[Row, dict[str, object]]]:
    """Each event once, with its fact and when it was recorded."""
    rows = {(row.chain, row.seq): row for shelf in shelves for row in shelf.naming(words)}
    read = [(row, json.loads(row.body)) for row in rows.values()]
    return [(row, {**body["fact"], "recorded": body["at"]}) for row, body in read]
