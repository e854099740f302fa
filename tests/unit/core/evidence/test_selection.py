import pytest

from sidecar.core.evidence.event import NOTHING_BEFORE, event
from sidecar.core.evidence.selection import Selection
from tests.unit.core.evidence.histories import history

EVENTS = [one for one in history().events if one.kind == "decided"]


def test_nothing_named_takes_all() -> None:
    assert Selection().everything
    assert all(Selection().takes(one) for one in EVENTS)


def test_a_session_takes_its_events_and_those_of_its_exchanges() -> None:
    answer = event(NOTHING_BEFORE, "gc_9", 9, "t", "answered", {"exchange": "x0-1"})
    other = event(NOTHING_BEFORE, "gc_9", 9, "t", "answered", {"exchange": "x0-0"})
    said = event(NOTHING_BEFORE, "gc_9", 9, "t", "decided", {"text": '"session":"s1"'})
    selection = Selection(session="s1")
    assert not selection.everything
    taken = [one for one in (*EVENTS, answer, other, said) if selection.takes(one)]
    assert taken == [one for one in (*EVENTS, answer) if one.fact.get("session") == "s1" or one is answer]
    assert Selection(session="s1").chains(EVENTS) == {"gc_0": 3, "gc_1": 3, "gc_2": 3}


@pytest.mark.parametrize(
    ("note", "first", "last", "taken"),
    [
        ("the whole day", "2026-03-01", "2026-03-01", True),
        ("the day after", "2026-03-02", None, False),
        ("the day before", None, "2026-02-28", False),
        ("until the second", None, "2026-03-01T12:00:02", True),
        ("until the second before", None, "2026-03-01T12:00:01", False),
        ("from the second", "2026-03-01T12:00:02", None, True),
    ],
)
def test_times(note: str, first: str | None, last: str | None, taken: bool) -> None:
    one = next(one for one in EVENTS if one.at.startswith("2026-03-01T12:00:02"))
    assert Selection(first=first, last=last).takes(one) is taken
