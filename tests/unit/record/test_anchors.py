"""Checkpoints elsewhere: every one, in order, also after trouble and over restarts."""

import io
import json
from pathlib import Path

import pytest

from sidecar.record.anchors import Anchors, FileAnchor, StreamAnchor
from sidecar.record.entry import Entry, Life
from sidecar.record.writer import Writer
from sidecar.settings.values import Durability
from tests.polling import until
from tests.unit.record.spooling import Moving, keys, largest_file, names


class Fickle:
    """An anchor that fails as long as a test wants."""

    name = "fickle"

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.failing = False
        self.tries = 0

    def keep(self, line: bytes) -> None:
        self.tries += 1
        if self.failing:
            raise OSError(28, "No space left on device")
        self.lines.append(line)


def writer(folder: Path) -> Writer:
    (folder / "spool").mkdir(exist_ok=True)
    return Writer(folder / "spool", Durability.STRICT, Life(keys(folder), "g", "v", Moving(), names(), 1000))


def stated(file: Writer, times: int) -> None:
    for _ in range(times):
        file.write([Entry("k", 0.0, b"{}")])
        file.checkpoint()


async def test_every_checkpoint_reaches_every_anchor_in_order(tmp_path: Path) -> None:
    file, one, two = writer(tmp_path), Fickle(), FileAnchor(tmp_path / "far" / "lines.jsonl")
    anchors = Anchors(tmp_path / "spool", [one, two])
    stated(file, 3)
    anchors.look()
    await until(lambda: len(one.lines) == 3)
    stated(file, 1)
    anchors.close()  # brings the last
    assert [json.loads(line)["count"] for line in one.lines] == [2, 4, 6, 8]
    assert (tmp_path / "far" / "lines.jsonl").read_bytes() == b"".join(line + b"\n" for line in one.lines)
    file.close()


async def test_one_that_fails_is_tried_again_ever_more_slowly_and_misses_nothing(tmp_path: Path) -> None:
    file, bad, good, clock = writer(tmp_path), Fickle(), Fickle(), Moving(0.0)
    good.name = "good"
    bad.failing = True
    anchors = Anchors(tmp_path / "spool", [bad, good], monotonic=clock)
    stated(file, 2)
    anchors.look()
    await until(lambda: anchors.failing == {"fickle": "[Errno 28] No space left on device"})
    await until(lambda: len(good.lines) == 2)
    for wait, tries in ((0.5, 1), (0.6, 2), (1.9, 2), (0.2, 3)):  # a second, then two
        clock.now += wait
        anchors.look()
        await until(lambda tries=tries: bad.tries == tries)  # type: ignore[misc]
    bad.failing = False
    clock.now += 60
    anchors.look()
    await until(lambda: len(bad.lines) == 2 and not anchors.failing)
    assert bad.lines == good.lines
    anchors.close()
    file.close()


async def test_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    file, first, second = writer(tmp_path), Fickle(), Fickle()
    stated(file, 2)
    anchors = Anchors(tmp_path / "spool", [first])
    anchors.look()
    anchors.close()
    stated(file, 1)
    anchors = Anchors(tmp_path / "spool", [second])
    anchors.look()
    anchors.close()
    assert [len(first.lines), len(second.lines)] == [2, 1]
    file.close()


def test_without_an_anchor_nothing_runs(tmp_path: Path) -> None:
    anchors = Anchors(tmp_path, [])
    anchors.look()
    assert anchors.failing == {}
    anchors.close()


def test_a_torn_line_does_not_take_the_next_one_with_it(tmp_path: Path) -> None:
    anchor = FileAnchor(tmp_path / "lines")
    anchor.keep(b"one")
    with largest_file(6), pytest.raises(Exception, match="part of the line"):
        anchor.keep(b"twoo")
    anchor.keep(b"twoo")
    assert (tmp_path / "lines").read_bytes() == b"one\ntw\ntwoo\n"


def test_a_log_collector_gets_one_json_line(capsys: pytest.CaptureFixture[str]) -> None:
    out = io.StringIO()
    StreamAnchor(stream=out).keep(b'{"count":1}')
    StreamAnchor().keep(b'{"count":1}')
    assert json.loads(out.getvalue()) == json.loads(capsys.readouterr().out) == {"checkpoint": {"count": 1}}
