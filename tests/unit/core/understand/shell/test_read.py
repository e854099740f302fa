"""The front door: any text is answered, and soon."""

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.read import MOST_SHELLS, shell

WRITTEN = (
    "a | || && & ; < << <<< <( >( > ( ) { } [[ ]] $(( )) $( ` \" ' $x ${x case esac in if then fi for do done while f()"
    " \\ = x= x=( ! # EOF <<E * ~ $' - 0 é rm sudo eval sh -c xargs find"
)
PIECES = st.sampled_from([*WRITTEN.split(" "), "\n", " ", "\u200b", "\ud800", "\x00"])


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=60).map(" ".join) | st.text(max_size=200))
def test_any_text_is_answered(text: str) -> None:
    assert shell(text).effects >= set()


@pytest.mark.parametrize(
    "unit", ["a|", ")", "(", "$(", "x=$x$x;", "f(){ f;f;};", "&&<<E", "for i in 1 2 3 4 5 6 7 8; do ", "eval ", "{a,b}"]
)
def test_no_text_takes_long(unit: str) -> None:
    """Two seconds of processor time: a tenth of a second on an idle machine, much more on none."""
    began = process_time()
    shell((unit * 24_000)[:24_000])
    assert process_time() - began < 2


def test_a_megabyte_is_refused() -> None:
    assert shell("ls;" * 400_000).effects == {Effect.UNKNOWN}


def nested(levels: int) -> str:
    text = "ls"
    for _ in range(levels):
        text = f"eval '{text.replace(chr(39), chr(39) + chr(92) + chr(39) + chr(39))}'"
    return text


def test_shells_within_shells_end() -> None:
    assert not shell(nested(6)).unread
    assert shell("ls", depth=MOST_SHELLS + 1).unread


def test_where_it_stands_is_told() -> None:
    (deed,) = shell("ls; rm -rf /srv").deeds
    assert (deed.effect, deed.start, deed.end) == (Effect.DESTROYS_DATA, 4, 15)
