"""Brace expansion."""

import pytest

from sidecar.core.understand.shell.braces import CLOSE, COMMA, OPEN, braced
from sidecar.core.understand.shell.call import HOLE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a", ["a"]),
        ("a{b,c}", ["ab", "ac"]),
        ("{a,b}{c,d}", ["ac", "ad", "bc", "bd"]),
        ("{1..3}", ["1", "2", "3"]),
        ("{a..c}", ["a", "b", "c"]),
        ("{x}", ["{x}"]),
        ("{a,b}" * 8, [HOLE]),
    ],
)
def test_the_words_that_braces_make(text: str, words: list[str]) -> None:
    marked = text.replace("{", OPEN).replace(",", COMMA).replace("}", CLOSE)
    assert sorted(braced(marked)) == words
