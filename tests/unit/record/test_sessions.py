"""What is asked of the database about sessions. Over a real one: `tests/clickhouse/test_sessions.py`."""

from datetime import UTC, datetime

import pytest

from sidecar.record.clickhouse.place import Place, Trouble
from sidecar.record.sessions import Found, Sessions, Story, Wanted, conditions

SHOWN = Found("gx_1", "request", "mails", "pii/email", "prompt", "messages[0]", "mask", "token", "[EMAIL_K7Q2M9XA]", 0)
SHADOW = Found("gx_1", "request", "try", "pii/phone", "prompt", "messages[0]", "mask", "token", "[PHONE_K7Q2M9XA]", 1)
DENIED = Found("gx_1", "request", "deny", "pii/phone", "prompt", "messages[0]", "deny", "", "", 0)


def test_what_is_not_said_is_not_asked() -> None:
    assert conditions(Wanted()) == ([], {})


def test_values_never_stand_in_the_question() -> None:
    since = datetime(2026, 3, 1, tzinfo=UTC)
    asked, given = conditions(Wanted(who="'; DROP TABLE events", since=since, verdict="deny"))
    assert given == {"who": "'; DROP TABLE events", "since": "2026-03-01 00:00:00.000000", "verdict": "deny"}
    assert len(asked) == 3
    assert "DROP" not in " ".join(asked)


def test_placeholders_are_those_that_stand_in_the_text() -> None:
    assert Story("s", (), (SHOWN, SHADOW, DENIED), ()).placeholders == {"[EMAIL_K7Q2M9XA]": "mails"}


def test_a_database_that_is_not_there() -> None:
    with pytest.raises(Trouble, match="does not answer"):
        Sessions(Place("http://127.0.0.1:1/gatehouse"))
