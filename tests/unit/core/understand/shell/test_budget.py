"""What a walk has left."""

from sidecar.core.understand.shell.budget import LONGEST_OUT, MOST_COMMANDS, MOST_WORDS, Budget, Done, together
from sidecar.core.understand.shell.call import Stream
from sidecar.core.understand.shell.read import shell


def test_it_is_spent_once_and_says_so_once() -> None:
    budget = Budget()
    assert [budget.spent() for _ in range(MOST_COMMANDS + 1)].index(True) == MOST_COMMANDS - 1
    assert len(budget.unread) == 1


def test_what_several_print() -> None:
    assert together([Stream("a"), Stream("b", ("x.example",))]) == Stream("ab", ("x.example",))
    assert together([Stream("a"), Stream()]).text is None
    assert together([Stream("a" * LONGEST_OUT), Stream("b")]).text is None
    assert Done().out == Stream()


def test_words_and_texts_in_other_languages_are_counted() -> None:
    budget = Budget()
    assert not budget.worded(MOST_WORDS)
    assert budget.worded(1)
    assert budget.reads("SELECT 1" * 100_000)
    assert not all(budget.reads("SELECT 1") for _ in range(1000))
    assert len(budget.unread) >= 2


def test_a_file_cannot_be_doubled_without_end() -> None:
    """Forty times, and it would be larger than memory."""
    assert shell("echo aaaa > f; " + "cat f f > g; mv g f; " * 40 + "bash f").unread
