"""Who is let in, and what is told on the way up and down."""

import logging

import pytest

from sidecar.core.errors import RecordFull
from sidecar.record.fill import Fill


@pytest.mark.parametrize(
    ("used", "kind", "more", "fits", "note"),
    [
        (0, "decided", 100, True, "exactly the limit"),
        (0, "decided", 101, False, "a byte above"),
        (90, "decided", 11, False, "a new call"),
        (90, "answered", 15, True, "the end of an old one goes into the reserve"),
        (90, "answered", 16, False, "which ends too"),
    ],
)
def test_admission(used: int, kind: str, more: int, fits: bool, note: str) -> None:
    fill = Fill(100)
    fill.measured(used)
    if fits:
        fill.admit(kind, more)
    else:
        with pytest.raises(RecordFull, match="the spool is full"):
            fill.admit(kind, more)


@pytest.mark.parametrize(("used", "roomy"), [(0, True), (97, True), (98, False), (100, False), (104, False)])
def test_new_calls_are_recorded_again_a_little_below_the_limit(used: int, roomy: bool) -> None:
    fill = Fill(100)
    fill.measured(used)
    assert fill.roomy is roomy


def test_each_mark_is_told_once_up_and_once_down(caplog: pytest.LogCaptureFixture) -> None:
    fill = Fill(100)
    with caplog.at_level(logging.INFO):
        for used in (49, 50, 60, 79, 80, 79, 96, 95, 94, 81, 79, 78, 77, 10):
            fill.measured(used)
    told = [(record.levelname, record.__dict__["fields"]["percent"]) for record in caplog.records]
    assert told == [("ERROR", 50), ("ERROR", 80), ("ERROR", 96), ("INFO", 81), ("INFO", 77), ("INFO", 10)]
    assert fill.alarm == 0.0


def test_without_a_database_it_is_said_what_to_change(caplog: pytest.LogCaptureFixture) -> None:
    fill = Fill(100, delivered=False)
    with caplog.at_level(logging.INFO):
        fill.announce()
        fill.measured(60)
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]
    assert all("record.clickhouse" in f"{record.message} {record.__dict__['fields']}" for record in caplog.records)
    with pytest.raises(RecordFull, match=r"record\.clickhouse.*record\.limit"):
        fill.admit("decided", 50)


def test_with_a_database_nothing_is_announced(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        Fill(100).announce()
    assert caplog.records == []
