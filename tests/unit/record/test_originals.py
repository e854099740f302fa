"""Which sealed parts belong to what was asked for, in one store and in two."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from sidecar.core.evidence.event import NOTHING_BEFORE, canonical, event
from sidecar.record.clickhouse.place import Place, Trouble
from sidecar.record.originals import AT_ONCE, ClickHouseShelf, Original, Row, SpoolShelf, originals
from tests.unit.record.spooling import opened, part

Fact = Mapping[str, object]
ONE, TWO = part(b"one"), part(b"two")


def row(seq: int, kind: str, fact: Fact) -> Row:
    made = event(NOTHING_BEFORE, "gc_1", seq, f"2026-01-01T00:00:{seq:02}.000000Z", kind, fact)
    return Row("gc_1", seq, kind, made.body)


def sealed(exchange: str, name: str, **more: object) -> Fact:
    return {"exchange": exchange, "sealed": {"part": name, "key": "k"}, **more}


class Kept:
    """A store in memory, which finds words as carelessly as a database does."""

    def __init__(self, rows: Sequence[Row], parts: Mapping[str, bytes]) -> None:
        self._rows, self._parts = rows, parts
        self.words = 0

    def naming(self, words: Sequence[str]) -> Iterator[Row]:
        self.words = max(self.words, len(words))
        return (one for one in self._rows if any(f'"{word}"'.encode() in one.body for word in words))

    def parts_of(self, digests: Iterable[str]) -> Mapping[str, bytes]:
        return {name: self._parts[name] for name in digests if name in self._parts}

    def close(self) -> None:
        pass


(N1,), (N2,) = ONE, TWO
ROWS = [
    row(1, "decided", sealed("gx_1", N1, session="s")),
    row(2, "decided", {"exchange": "gx_2", "session": "s", "say": "gx_1"}),
    row(3, "decided", sealed("gx_3", N2, session="other", model="s")),
    row(4, "answered", sealed("gx_1", N2)),
]
CASES = (
    ("an exchange", "gx_1", [("gx_1", "decided", b"one"), ("gx_1", "answered", b"two")]),
    ("a session", "s", [("gx_1", "decided", b"one"), ("gx_1", "answered", b"two")]),
    ("what only looks like it", "k", []),
    ("one without an original", "gx_2", []),
    ("nobody knows it", "gx_9", []),
)


@pytest.mark.parametrize(("note", "name", "found"), CASES, ids=[note for note, *_ in CASES])
def test_what_belongs_to_it(note: str, name: str, found: list[tuple[str, str, bytes]]) -> None:
    got = originals([Kept(ROWS, {**ONE, **TWO})], name)
    assert [(one.exchange, one.kind, one.blob) for one in got] == found


def test_what_stands_in_both_counts_once_and_parts_are_taken_where_they_are() -> None:
    got = originals([Kept(ROWS[2:], TWO), Kept(ROWS, ONE)], "s")
    assert [one.blob for one in got] == [b"one", b"two"]
    assert got[0] == Original("gx_1", "decided", "2026-01-01T00:00:01.000000Z", N1, b"one")


def test_a_part_that_is_gone_is_told() -> None:
    assert [one.blob for one in originals([Kept(ROWS, ONE)], "gx_1")] == [b"one", None]


def test_a_long_session_is_searched_in_steps() -> None:
    rows = [row(n % 60, "decided", sealed(f"gx_{n}", N1, session="s")) for n in range(2 * AT_ONCE + 1)]
    shelf = Kept([Row("gc", n, one.kind, one.body) for n, one in enumerate(rows)], ONE)
    assert len(originals([shelf], "s")) == 2 * AT_ONCE + 1
    assert shelf.words == AT_ONCE


async def test_in_a_spool(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    await spool.record("decided", sealed("gx_1", N1, session="s"), ONE)
    await spool.record("policy_loaded", {"exchange": "gx_1"})
    await spool.record("cut", sealed("gx_1", N2), TWO)
    await spool.close()
    shelf = SpoolShelf(tmp_path / "spool")
    assert [(one.kind, one.blob) for one in originals([shelf], "s")] == [("decided", b"one"), ("cut", b"two")]
    shelf.close()


def test_no_spool_yet(tmp_path: Path) -> None:
    assert originals([SpoolShelf(tmp_path / "none")], "s") == []


def test_a_database_that_is_not_there() -> None:
    with pytest.raises(Trouble, match="does not answer"):
        ClickHouseShelf(Place("http://127.0.0.1:9/gatehouse"))


def test_a_word_is_searched_as_it_stands_in_a_body() -> None:
    assert canonical({"a": 'x"y'}) == b'{"a":"x\\"y"}'
