"""What a walk has left."""

from sidecar.core.understand.shell.budget import LONGEST_OUT, MOST_COMMANDS, Budget, Done, together
from sidecar.core.understand.shell.call import Stream


def test_it_is_spent_once_and_says_so_once() -> None:
    budget = Budget()
    assert [budget.spent() for _ in range(MOST_COMMANDS + 1)].index(True) == MOST_COMMANDS - 1
    assert len(budget.unread) == 1


def test_what_several_print() -> None:
    assert together([Stream("a"), Stream("b", ("x.example",))]) == Stream("ab", ("x.example",))
    assert together([Stream("a"), Stream()]).text is None
    assert together([Stream("a" * LONGEST_OUT), Stream("b")]).text is None
    assert Done().out == Stream()
