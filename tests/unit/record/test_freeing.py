"""What was delivered goes, in steps; what is needed stays."""

from pathlib import Path

from sidecar.record.entry import Entry, Life
from sidecar.record.freeing import EVENTS, REMEMBERED
from sidecar.record.reader import SpoolReader
from sidecar.record.writer import Writer
from sidecar.settings.values import Durability
from tests.unit.record.spooling import Moving, keys, names, part

PART = part(b"tools" * 10_000)


def filled(folder: Path, clock: Moving, count: int = EVENTS + 100) -> tuple[Writer, SpoolReader]:
    life = Life(keys(folder), "g", "v", clock, names(), 10_000)
    (folder / "spool").mkdir()
    writer = Writer(folder / "spool", Durability.STRICT, life)
    batch = [Entry("k", clock.now, b'{"x":"%b"}' % (b"x" * 900)) for _ in range(count)]
    writer.write([Entry("k", clock.now, b"{}", {bytes.fromhex(name): data for name, data in PART.items()}), *batch])
    return writer, SpoolReader(folder / "spool")


def test_nothing_goes_that_was_not_delivered(tmp_path: Path) -> None:
    writer, reader = filled(tmp_path, Moving())
    writer.tidy()
    before, used = len(reader.after(0)), writer.used
    writer.tidy()
    assert (len(reader.after(0)), writer.used) == (before, used)
    writer.close()
    reader.close()


def test_what_was_delivered_goes_step_by_step_and_the_last_event_stays(tmp_path: Path) -> None:
    writer, reader = filled(tmp_path, Moving())
    used, (last, event) = writer.used, reader.after(0)[-1]
    reader.advance(last)
    writer.tidy()
    assert len(reader.after(0)) == 102 + 1 - 1
    for _ in range(3):
        writer.tidy()
    assert reader.after(0) == [(last, event)]
    assert writer.used < used / 4
    writer.write([Entry("k", 0.0, b"{}")])
    assert reader.after(last)[0][1].previous == event.hash
    writer.close()
    reader.close()


def test_checkpoints_stay_until_the_slowest_anchor_has_them(tmp_path: Path) -> None:
    writer, reader = filled(tmp_path, Moving(), 1)
    ids = []
    for _ in range(3):
        writer.write([Entry("k", 0.0, b"{}")])
        writer.checkpoint()
        ids.append(reader.checkpoints()[-1][0])
    writer.write([Entry("k", 0.0, b"{}")])
    reader.say("anchor:fast", ids[2])
    reader.say("anchor:slow", ids[0])
    reader.advance(reader.after(0)[-1][0])
    writer.tidy()
    assert [number for number, _ in reader.checkpoints()] == ids[1:]
    reader.forget_but("anchor:", ["anchor:fast"])
    writer.write([Entry("k", 0.0, b"{}")])
    reader.advance(reader.after(0)[-1][0])
    writer.tidy()
    assert reader.checkpoints() == []
    writer.close()
    reader.close()


def test_a_part_that_was_delivered_is_remembered_for_a_day(tmp_path: Path) -> None:
    clock = Moving()
    writer, reader = filled(tmp_path, clock, 10)
    ((name, data),) = PART.items()
    again = Entry("k", 0.0, b"{}", {bytes.fromhex(name): data})
    assert reader.parts_of([name]) == PART
    reader.advance(reader.after(0)[-1][0])
    writer.tidy()
    writer.write([again])
    assert reader.parts_of([name]) == {}
    clock.now += REMEMBERED + 1
    writer.tidy()
    writer.write([again])
    assert reader.parts_of([name]) == PART
    last = reader.after(0)[-1][0]
    assert reader.parts_between(last - 1, last) == [(name, data)]
    writer.close()
    reader.close()
