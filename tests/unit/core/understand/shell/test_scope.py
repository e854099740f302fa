"""What a shell knows while it runs."""

from sidecar.core.understand.shell.call import Word
from sidecar.core.understand.shell.scope import LONGEST_VALUE, MOST_VALUES, UNKNOWN, Scope


def test_a_value_is_known_once_set() -> None:
    scope = Scope()
    assert scope.get("x") is None
    scope.put("x", (Word("a"),))
    scope.put("x", (Word("b"),), more=True)
    assert scope.get("x") == (Word("ab"),)
    assert scope.get("HOME") == (Word("~"),)


def test_what_may_be_set_keeps_its_old_value_beside() -> None:
    scope = Scope()
    scope.put("x", (Word("a"),))
    scope.maybe += 1
    scope.put("x", (Word("b"),))
    assert [choice.get("x") for choice in scope.choices({"x"})] == [(Word("a"),), (Word("b"),)]
    assert scope.get("x") == (UNKNOWN,)


def test_more_values_than_can_be_tried_are_a_hole() -> None:
    scope = Scope(maybe=1)
    for number in range(MOST_VALUES + 1):
        scope.put("x", (Word(str(number)),))
    assert scope.choices({"x"}) == [scope]
    assert scope.get("x") == (UNKNOWN,)


def test_what_grows_without_end_is_a_hole() -> None:
    scope = Scope()
    scope.put("x", (Word("a" * (LONGEST_VALUE + 1)),))
    assert scope.get("x") == (UNKNOWN,)


def test_a_copy_is_its_own() -> None:
    scope = Scope()
    scope.copy().put("x", (Word("a"),))
    assert scope.get("x") is None
