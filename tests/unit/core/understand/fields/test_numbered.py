"""Numbers before lines are no part of a file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.core.understand.fields.numbered import unnumbered
from sidecar.core.understand.fields.value import Form, Value


@pytest.mark.parametrize(
    ("text", "shown", "note"),
    [
        ("     1→a,b\n     2→c,d", "a,b\nc,d", "a tool that reads files"),
        ("     9\ta\n    10\tb\n", "a\nb\n", "cat -n, from somewhere on"),
        ("1\ta\n3\tb\n", "1\ta\n3\tb\n", "a column of numbers"),
        ("1\ta\n", "1\ta\n", "one line says nothing"),
        ("a\tb\n1\tc\n2\td\n", "a\tb\n1\tc\n2\td\n", "a table with its names"),
        ("", "", "nothing"),
    ],
)
def test_view(text: str, shown: str, note: str) -> None:
    assert unnumbered(text).text == shown, note


@given(st.lists(st.text(alphabet="ab ,\t"), min_size=2, max_size=5), st.data())
def test_a_value_stands_where_it_stands(lines: list[str], data: st.DataObject) -> None:
    text = "\n".join(f"{number:6}→{line}" for number, line in enumerate(lines, 1))
    view = unnumbered(text)
    assert view.text == "\n".join(lines)
    spots = [at for at, letter in enumerate(view.text) if letter != "\n"]
    if spots:
        at = data.draw(st.sampled_from(spots))
        there = view.there(Value((), at, at + 1, Form.PLAIN))
        assert text[there.start : there.end] == view.text[at]
