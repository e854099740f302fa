"""What a question is given. Over a real database: `tests/clickhouse/test_reports.py`."""

from datetime import UTC, datetime

import pytest

from sidecar.record.clickhouse.place import Place, Trouble
from sidecar.record.reports.ask import ask, period


def test_times_are_text_in_utc() -> None:
    first, last = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, 9, 30, tzinfo=UTC)
    assert period(first, last, "sales") == {
        "begin": "2026-03-01 00:00:00.000000",
        "until": "2026-04-01 09:30:00.000000",
        "team": "sales",
    }


def test_a_database_that_is_not_there() -> None:
    with pytest.raises(Trouble, match="does not answer"):
        ask(Place("http://127.0.0.1:1/gatehouse"), "SELECT 1", {})
