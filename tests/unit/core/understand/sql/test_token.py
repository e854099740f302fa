"""Walking over tokens."""

import pytest

from sidecar.core.understand.sql.lex import lexed
from sidecar.core.understand.sql.token import MANNERS, Tokens, closings, find, group, name_at, vocabulary, words


def cut(text: str) -> Tokens:
    return lexed(text, MANNERS["postgres"]).tokens


def test_leading_words_end_at_the_first_thing_that_is_none() -> None:
    assert words(cut("DROP TABLE 'x' y")) == ("DROP", "TABLE")


@pytest.mark.parametrize(("top", "place"), [(True, 5), (False, 2)])
def test_find_looks_outside_brackets(top: bool, place: int) -> None:
    assert find(cut("a (from b) from"), "FROM", top=top) == place
    assert find(cut("a b"), "FROM", top=top) == -1


def test_brackets_are_paired() -> None:
    tokens = cut("f(a, (b), (c")
    assert closings(tokens) == {1: len(tokens), 4: 6, 8: len(tokens)}
    assert group(tokens, 4) == 6
    assert group(tokens, 1) == len(tokens)


@pytest.mark.parametrize(
    ("text", "name"),
    [("IF EXISTS a.b c", "a.b"), ('"X y".z', "X y.z"), ("a..b", "a.b"), ("( a", ""), ("ONLY t", "t")],
)
def test_names_with_dots(text: str, name: str) -> None:
    assert name_at(cut(text), 0) == name


def test_a_vocabulary_is_its_words() -> None:
    assert vocabulary(" a  b ") == {"a", "b"}
