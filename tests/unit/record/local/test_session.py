"""Settings and databases that a request wears, and sessions that clients keep."""

import pytest

from sidecar.record.local.failure import Failure
from sidecar.record.local.session import LIKE_A_SERVER, MOST_KEPT, Session, Sessions, identifier, quoted
from tests.unit.record.local.stand_in import Connection, Engine


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_passing_session_wears_what_the_request_brings() -> None:
    connection = Connection()
    Session(connection).wear({"max_threads": "2", "log_comment": "it's"}, "my`db")
    assert connection.asked == [LIKE_A_SERVER, "SET max_threads = '2', log_comment = 'it\\'s'", "USE `my\\`db`"]


def test_nothing_worn_nothing_asked() -> None:
    connection = Connection()
    Session(connection).wear({}, None)
    assert connection.asked == [LIKE_A_SERVER]


def test_a_kept_session_gets_its_own_back() -> None:
    connection = Connection({"SELECT name": b"max_threads\t37\nlog_comment\t-\n", "SELECT hex(curr": b"6f776e\n"})
    session = Session(connection, kept=True)
    session.wear({"max_threads": "2", "log_comment": "x"}, "other")
    connection.asked.clear()
    session.wear({"max_threads": "2"}, "other")
    assert connection.asked == ["SET log_comment = DEFAULT", "USE `other`"]
    connection.asked.clear()
    session.wear({}, None)
    assert connection.asked == ["SET max_threads = '7'", "USE `own`"]
    connection.asked.clear()
    session.wear({}, None)
    assert connection.asked == []


@pytest.mark.parametrize("name", ["a b", "x = 1, y", "", "a;b", "'"])
def test_a_setting_is_a_name(name: str) -> None:
    with pytest.raises(Failure) as refused:
        Session(Connection()).wear({name: "1"}, None)
    assert refused.value.code == 115


def test_a_session_keeps_its_connection_and_serves_one_at_a_time() -> None:
    engine = Engine()
    sessions = Sessions(engine)
    first = sessions.take("s")
    with pytest.raises(Failure) as refused:
        sessions.take("s")
    assert refused.value.code == 373
    sessions.give_back("s", first, 60)
    assert sessions.take("s") is first
    assert len(engine.made) == 1
    assert not engine.made[0].closed


def test_without_a_name_the_connection_goes_with_the_request() -> None:
    engine = Engine()
    sessions = Sessions(engine)
    sessions.give_back(None, sessions.take(None), 60)
    assert [connection.closed for connection in engine.made] == [True]


def test_an_idle_session_is_forgotten_in_time() -> None:
    clock, engine = Clock(), Engine()
    sessions = Sessions(engine, clock)
    first = sessions.take("s")
    sessions.give_back("s", first, 60)
    clock.now = 61
    assert sessions.take("s") is not first
    assert engine.made[0].closed
    with pytest.raises(Failure) as refused:
        sessions.take("t", must_exist=True)
    assert refused.value.code == 372


def test_there_is_room_for_so_many_and_the_oldest_goes() -> None:
    engine = Engine()
    sessions = Sessions(engine)
    for number in range(MOST_KEPT + 1):
        sessions.give_back(f"s{number}", sessions.take(f"s{number}"), 60)
    assert [place for place, connection in enumerate(engine.made) if connection.closed] == [0]
    sessions.close()
    assert all(connection.closed for connection in engine.made)


def test_quotes_cannot_be_left() -> None:
    assert quoted("a'b\\") == "'a\\'b\\\\'"
    assert identifier("a`b\\") == "`a\\`b\\\\`"
