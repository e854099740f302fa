"""The estimate of tokens: its stated figures, and that more text is never fewer tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.core.wire.tokens import estimate


@pytest.mark.parametrize(
    ("note", "characters", "beyond_ascii", "attachments", "tokens"),
    [
        ("nothing", 0, 0, 0, 0),
        ("one character is one token", 1, 0, 0, 1),
        ("ASCII, 3.5 characters a token", 3500, 0, 0, 1000),
        ("rounded up", 3501, 0, 0, 1001),
        ("Chinese, one character a token", 100, 100, 0, 100),
        ("mixed", 107, 100, 0, 102),
        ("two images", 7, 0, 2, 3202),
    ],
)
def test_figures(note, characters, beyond_ascii, attachments, tokens):
    assert estimate(characters, beyond_ascii=beyond_ascii, attachments=attachments) == tokens


@given(st.integers(0, 10**9), st.integers(0, 10**6), st.integers(0, 9))
def test_more_is_never_less(characters, more, attachments):
    before = estimate(characters)
    assert estimate(characters + more) >= before
    assert estimate(characters + more, beyond_ascii=more, attachments=attachments) >= before
