"""Times as people type them."""

import argparse
from datetime import UTC, datetime, timedelta

import pytest

from sidecar.cli.when import moment

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
TIMES = [
    ("a day", "2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
    ("a moment", "2026-03-01T09:30", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
    ("somewhere else", "2026-03-01T09:30+02:00", datetime(2026, 3, 1, 7, 30, tzinfo=UTC)),
    ("days ago", "30d", NOW - timedelta(days=30)),
]


@pytest.mark.parametrize(("note", "said", "expected"), TIMES, ids=[row[0] for row in TIMES])
def test_read(note: str, said: str, expected: datetime) -> None:
    assert moment(lambda: NOW)(said) == expected, note


@pytest.mark.parametrize("said", ["yesterday", "", "2026-13-01", "d", "-1d"])
def test_no_time(said: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is no time"):
        moment(lambda: NOW)(said)


def test_now_is_now() -> None:
    assert abs(moment()("0d") - datetime.now(UTC)) < timedelta(minutes=1)
