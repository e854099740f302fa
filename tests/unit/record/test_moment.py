"""Times as the record writes them."""

import pytest

from sidecar.record.moment import written_at


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000000Z"),
        (1_760_000_000.5, "2025-10-09T08:53:20.500000Z"),
        (1_760_000_000.000001, "2025-10-09T08:53:20.000001Z"),
    ],
)
def test_written_at(seconds: float, text: str) -> None:
    assert written_at(seconds) == text


def test_times_sort_as_text() -> None:
    times = [written_at(seconds) for seconds in (0, 0.5, 1, 1_000_000_000, 1_760_000_000.000001)]
    assert times == sorted(times)
