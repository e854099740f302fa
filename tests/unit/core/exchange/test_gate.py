"""What all exchanges share: which rules a session has."""

from sidecar.core.exchange import gate as module
from sidecar.core.exchange.gate import Counted, SessionRules
from sidecar.core.exchange.rules import Rules
from tests.unit.core.exchange.building import MASK_KEY, book, gate

FIRST = Rules.of(book("\n  - {id: a, detect: [pii/email], do: mask}\n"))
SECOND = Rules.of(book("\n  - {id: b, detect: [pii/phone], do: mask}\n"))
THIRD = Rules.of(book("\n  - {id: c, detect: [secret/key], do: mask}\n"))


def test_a_session_keeps_what_it_began_with_and_obeys_what_is_in_force() -> None:
    sessions = SessionRules()
    assert sessions.of("s", FIRST) is FIRST
    assert sessions.of("s", FIRST) is FIRST
    later = sessions.of("s", SECOND)
    assert later.books == (*FIRST.books, *SECOND.books)
    assert sessions.of("s", SECOND) is later, "united once"
    assert sessions.of("s", THIRD).books == (*FIRST.books, *THIRD.books), "not with what came between"
    assert sessions.of("s", FIRST) is FIRST
    assert sessions.of("t", SECOND) is SECOND


def test_a_call_without_a_session_is_judged_by_what_is_in_force() -> None:
    sessions = SessionRules()
    sessions.of(None, FIRST)
    assert sessions.of(None, SECOND) is SECOND


def test_unions_are_made_ahead_and_forgotten_when_nobody_needs_them() -> None:
    sessions = SessionRules()
    sessions.of("s", FIRST)
    sessions.prepare(SECOND)
    assert list(sessions._united) == [(FIRST.digest, SECOND.digest)]
    made = sessions._united[FIRST.digest, SECOND.digest]
    assert sessions.of("s", SECOND) is made
    sessions.prepare(FIRST)
    assert not sessions._united


def test_only_so_many_sessions_are_kept() -> None:
    sessions = SessionRules()
    sessions.of("oldest", FIRST)
    sessions.of("used", FIRST)
    for number in range(module.MAX_SESSIONS):
        sessions.of("used", FIRST)
        sessions.of(str(number), FIRST)
    assert sessions.of("used", SECOND).books == (*FIRST.books, *SECOND.books)
    assert sessions.of("oldest", SECOND) is SECOND, "it starts afresh"


def test_the_key_is_in_no_repr() -> None:
    assert MASK_KEY.decode() not in repr(gate())
    assert repr(MASK_KEY) not in repr(gate())


def test_what_was_counted_is_known_for_a_while() -> None:
    counted = Counted()
    assert [counted.first_time(one) for one in ("a", "a", "b", "a")] == [True, False, True, False]
    for number in range(module.MAX_SESSIONS - 1):
        counted.first_time(str(number))
    assert not counted.first_time("a")
    assert counted.first_time("b"), "the one that was not asked for lately is forgotten first"
