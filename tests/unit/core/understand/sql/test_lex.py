"""Texts cut into tokens: what ends where, in each manner."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.understand.sql.lex import TooMuch, lexed
from sidecar.core.understand.sql.token import MANNERS, Kind

AWKWARD = st.text(alphabet="'\"`$\\/*-#[];.!a \n\u200bеE", max_size=60)


@pytest.mark.parametrize(
    ("manner", "text", "words"),
    [
        ("postgres", "a -- b\nc /* d /* e */ f */ g", "A C G"),
        ("sqlite", "a /* d /* e */ f", "A F"),
        ("mysql", "a --b", "A - - B"),
        ("mysql", "a # b\nc", "A C"),
        ("mysql", "/*! a */ b /*!50003 c */", "A B C"),
        ("mysql", "'it\\'s' \"x\"", "it's x"),
        ("postgres", "'it''s' \"a\"\"b\"", "it's a\"b"),
        ("postgres", "E'\\'' b", "' B"),
        ("postgres", "$x$ ' $x$ b", " '  B"),
        ("tsql", "[a b] #t", "a b #T"),
        ("bigquery", "'''a'b''' r'\\'", "a'b \\"),
        ("snowflake", "a // b", "A"),
        ("postgres", "a\nGO\nb", "A GO B"),
        ("postgres", "\\! rm x", "\\! rm x"),
        ("sqlite", ".shell ls", ".shell ls"),
        ("sqlite", "a\n.b", "A . B"),
    ],
)
def test_words(manner: str, text: str, words: str) -> None:
    assert " ".join(token.word.strip("\n") for token in lexed(text, MANNERS[manner]).tokens) == words


@pytest.mark.parametrize("text", ["'a", '"a', "/* a", "$$ a", "/* /* */"])
def test_what_never_ends_is_told(text: str) -> None:
    assert lexed(text, MANNERS["postgres"]).open_ended
    assert not lexed("a 'b' c", MANNERS["postgres"]).open_ended


def test_unseen_characters_are_spaces_and_told() -> None:
    cut = lexed("DROP\u200bTABLE", MANNERS["postgres"])
    assert [token.word for token in cut.tokens] == ["DROP", "TABLE"]
    assert cut.hidden
    assert not lexed("DROP TABLE", MANNERS["postgres"]).hidden


def test_too_many_tokens_are_refused() -> None:
    assert len(lexed("a " * 50, MANNERS["postgres"], 50).tokens) == 50
    with pytest.raises(TooMuch):
        lexed("a " * 52, MANNERS["postgres"], 50)


@settings(max_examples=150, deadline=None)
@given(AWKWARD, st.sampled_from(sorted(MANNERS)))
def test_tokens_stand_in_the_text_one_after_the_other(text: str, manner: str) -> None:
    end = 0
    for token in lexed(text, MANNERS[manner]).tokens:
        assert end <= token.start < token.end <= len(text)
        assert token.kind in Kind
        end = token.end
