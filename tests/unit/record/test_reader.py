"""The reading side: from another thread or process, while the writer writes."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sidecar.record.entry import Entry, Life
from sidecar.record.reader import SpoolReader, events, parts
from sidecar.record.spool_file import NAME
from sidecar.record.writer import Writer
from sidecar.settings.values import Durability
from tests.unit.record.spooling import Moving, keys, names, part


def writer(folder: Path) -> Writer:
    (folder / "spool").mkdir(exist_ok=True)
    return Writer(folder / "spool", Durability.STRICT, Life(keys(folder), "g", "v", Moving(), names(), 1000))


def entry(number: int, parts: dict[str, bytes] | None = None) -> Entry:
    return Entry("k", 0.0, b'{"n":%d}' % number, {bytes.fromhex(n): data for n, data in (parts or {}).items()})


def test_events_come_in_order_and_in_batches(tmp_path: Path) -> None:
    file, reader = writer(tmp_path), SpoolReader(tmp_path / "spool")
    file.write([entry(number) for number in range(5)])
    first = reader.after(0, 4)
    rest = reader.after(first[-1][0], 4)
    assert [event.seq for _, event in (*first, *rest)] == [1, 2, 3, 4, 5, 6]
    assert reader.after(rest[-1][0]) == []
    assert reader.behind(first[-1][0]) == 2
    assert [event for _, event in (*first, *rest)] == list(events(tmp_path / "spool"))
    file.close()
    reader.close()


def test_parts_belong_to_the_events_that_first_named_them(tmp_path: Path) -> None:
    file, reader = writer(tmp_path), SpoolReader(tmp_path / "spool")
    one, two = part(b"one" * 99), part(b"two" * 99)
    file.write([entry(1, one), entry(2, {**one, **two}), entry(3, two)])
    ids = [number for number, event in reader.after(0) if event.kind == "k"]
    assert reader.parts_between(0, ids[0]) == list(one.items())
    assert reader.parts_between(ids[0], ids[1]) == list(two.items())
    assert reader.parts_between(ids[1], ids[2]) == []
    assert reader.parts_of([*one, *two, "ab" * 32]) == {**one, **two}
    assert list(parts(tmp_path / "spool")) == [*one.values(), *two.values()]
    file.close()
    reader.close()


def test_the_cursor_is_kept_in_the_file(tmp_path: Path) -> None:
    file, reader = writer(tmp_path), SpoolReader(tmp_path / "spool")
    assert reader.cursor() == 0
    reader.advance(7)
    reader.say("anchor:a", 3)
    reader.close()
    file.close()
    again = SpoolReader(tmp_path / "spool")
    assert (again.cursor(), again.said("anchor:a"), again.said("anchor:b")) == (7, 3, None)
    again.close()


def test_checkpoints_come_as_the_lines_that_anchors_get(tmp_path: Path) -> None:
    file, reader = writer(tmp_path), SpoolReader(tmp_path / "spool")
    file.write([entry(1)])
    file.checkpoint()
    ((number, line),) = reader.checkpoints()
    stated = dict(reader.after(0))[number]
    assert stated.kind == "checkpoint"
    assert line in stated.body
    assert reader.checkpoints(number) == []
    file.close()
    reader.close()


def test_where_nothing_was_written_there_is_nothing_and_nothing_is_made(tmp_path: Path) -> None:
    reader = SpoolReader(tmp_path)
    assert (reader.after(0), reader.cursor(), reader.parts_of(["ab"]), reader.checkpoints()) == ([], 0, {}, [])
    reader.advance(7)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / NAME).touch()  # made by a gate that has not got further yet
    assert reader.after(0) == []


def test_a_file_that_was_replaced_is_noticed(tmp_path: Path) -> None:
    file, reader = writer(tmp_path), SpoolReader(tmp_path / "spool")
    file.write([entry(1)])
    before = reader.after(0)
    file._set_aside("for a test")
    file.write([entry(2)])
    after = reader.after(before[-1][0])
    assert [event.kind for _, event in after] == ["chain_opened", "k"]
    file.close()
    reader.close()


def test_a_reader_holds_up_nobody_and_sees_whole_batches(tmp_path: Path) -> None:
    file = writer(tmp_path)
    with closing(sqlite3.connect(tmp_path / "spool" / NAME, isolation_level=None)) as other:
        other.execute("BEGIN")
        (before,) = other.execute("SELECT count(*) FROM events").fetchone()
        file.write([entry(1), entry(2)])
        assert other.execute("SELECT count(*) FROM events").fetchone() == (before,)
        other.execute("COMMIT")
        assert other.execute("SELECT count(*) FROM events").fetchone() == (before + 2,)
    file.close()
