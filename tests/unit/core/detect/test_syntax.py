"""Patterns as trees."""

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.detect.catalogue import builtin
from sidecar.core.detect.shape import loose
from sidecar.core.detect.syntax import Unreadable, read
from sidecar.core.detect.tree import BEYOND, Chars, Choice, Edge, Group, Repeat, Sequence, mask_of

A, B = Chars("a", mask_of("a")), Chars("b", mask_of("b"))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("ab", Sequence((A, B))),
        ("a|b", Choice((Sequence((A,)), Sequence((B,))))),
        ("a*b+?", Sequence((Repeat(A, 0, None), Repeat(B, 1, None)))),
        ("a{2}b{2,}", Sequence((Repeat(A, 2, 2), Repeat(B, 2, None)))),
        ("a{2,3}", Sequence((Repeat(A, 2, 3),))),
        ("(a)(?P<n>b)", Sequence((Group(Sequence((A,)), 1), Group(Sequence((B,)), 2)))),
        ("(?:a)", Sequence((Sequence((A,)),))),
        (r"\ba\z", Sequence((Edge(r"\b"), A, Edge(r"\z")))),
        (r"\Qab\E", Sequence((A, B))),
        ("(?m)^a", Sequence((Edge("(?m:^)"), A))),
        ("", Sequence(())),
    ],
)
def test_read(pattern: str, expected: object) -> None:
    assert read(pattern) == expected


@pytest.mark.parametrize(
    ("pattern", "mask"),
    [
        ("(?i)a", mask_of("aA")),
        ("(?i:k)", mask_of("kK") | BEYOND),
        ("(?i)(?-i:a)", mask_of("a")),
        ("x{", None),
        ("a{,2}", None),
    ],
)
def test_flags_reach_the_characters_and_a_lone_brace_is_one(pattern: str, mask: int | None) -> None:
    tree = read(pattern)
    if mask is None:
        assert re2.search(pattern, pattern.replace("\\", "")) is not None
    else:
        while not isinstance(tree, Chars):
            tree = tree.items[0]
        assert tree.mask == mask


@pytest.mark.parametrize("pattern", ["(?=a)", r"\y", "a)", "(?x:a)", "(" * 101 + ")" * 101])
def test_what_it_does_not_know_it_refuses(pattern: str) -> None:
    with pytest.raises(Unreadable):
        read(pattern)


def test_every_built_in_can_be_read_and_written_again() -> None:
    assert [detector.id for detector in builtin() if not _written_again(detector.pattern)] == []


def _written_again(pattern: str) -> bool:
    try:
        return bool(re2.compile(loose(read(pattern))))
    except (Unreadable, re2.error):
        return False


PIECES = [
    "a",
    "[ab]",
    r"\d",
    "(",
    "(?:",
    ")",
    "|",
    "*",
    "+?",
    "{1,2}",
    ".",
    "(?i)",
    "^",
    "$",
    r"\b",
    "é",
    "]",
    "}",
    "(?i:k)",
]


@given(pattern=st.lists(st.sampled_from(PIECES), max_size=8).map("".join), text=st.text("ab1ék K", max_size=6))
@settings(max_examples=200, deadline=None)
def test_the_loose_form_finds_wherever_the_pattern_does(pattern: str, text: str) -> None:
    try:
        options = re2.Options()
        options.log_errors = False
        regex = re2.compile(pattern, options=options)
        tree = read(pattern)
    except (re2.error, Unreadable):
        return
    if regex.search(text):
        assert re2.search(loose(tree), text)
