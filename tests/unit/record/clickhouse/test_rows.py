from dataclasses import replace

import pytest

from sidecar.record.clickhouse.rows import Unfit, microseconds, months, part_columns
from tests.unit.record.clickhouse.chained import chain, decided, many


def test_an_event_is_a_row() -> None:
    (event,) = chain([decided("gx_1")])
    (month,) = months([event])
    assert [column[0] for column in month.columns] == [
        "gc_1", 1, microseconds(event.at), "decided", event.previous, event.hash, event.body
    ]  # fmt: skip


def test_each_month_goes_on_its_own() -> None:
    events = [*chain([decided("a"), decided("b")], month="2026-03"), *chain([decided("c")], "gc_2", "2026-04")]
    assert [[event.seq for event in month.events] for month in months(events)] == [[1, 2], [1]]


def test_the_same_events_have_the_same_token() -> None:
    (first,), (again,), (fewer,) = months(many(4)), months(many(4)), months(many(3))
    assert first.token == again.token != fewer.token


def test_microseconds() -> None:
    assert microseconds("1970-01-02T00:00:00.000001Z") == 86_400_000_001


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"hash": b"short"}, "a hash of another length"),
        ({"previous": bytes(33)}, "a longer one"),
        ({"seq": -1}, "a number below zero"),
        ({"at": "yesterday"}, "no time"),
        ({"at": "2026-03-01T00:00:00"}, "no zone"),
        ({"at": "1822-03-01T00:00:00Z"}, "a time that the table does not hold"),
    ],
)
def test_what_no_row_can_hold(changes: dict[str, object], note: str) -> None:
    (event,) = chain([decided("gx_1")])
    with pytest.raises(Unfit):
        list(months([replace(event, **changes)]))  # type: ignore[arg-type]


def test_parts() -> None:
    digests, data, stored = part_columns([("ab" * 32, b"text")], "1970-01-02T00:00:00.000000Z")
    assert (digests, data, stored) == ([b"\xab" * 32], [b"text"], [86_400])
