"""Claims by name, and patterns that values fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.core.model.claims import Mapped, claim, fits, lines_that_fit, texts

CLAIMS: dict[str, object] = {
    "sub": "00u1",
    "groups": ["eng", "sre"],
    "https://acme/roles": ["lead"],
    "realm_access": {"roles": ["admin", "offline"]},
    "run_id": 17,
    "ref_protected": True,
    "nested": [["deep"], {"a": 1}, "flat", None],
}


@pytest.mark.parametrize(
    ("name", "found", "note"),
    [
        ("groups", ("eng", "sre"), "a list"),
        ("sub", ("00u1",), "one text"),
        ("https://acme/roles", ("lead",), "a name like a URL"),
        ("realm_access.roles", ("admin", "offline"), "inside an object"),
        ("run_id", ("17",), "a number"),
        ("ref_protected", ("true",), "yes"),
        ("nested", ("flat",), "only what is a text"),
        ("none", (), "nothing"),
        ("sub.x", (), "into a text"),
    ],
)
def test_claims(name: str, found: tuple[str, ...], note: str) -> None:
    assert texts(claim(CLAIMS, name)) == found, note


@pytest.mark.parametrize(
    ("pattern", "value", "fitting", "note"),
    [
        ("acme/*", "acme/app", True, "anything"),
        ("acme/*", "evil/acme/app", False, "from the beginning"),
        ("acme/app", "acme/app2", False, "to the end"),
        ("acme/app", "acme/app\n", False, "also of a line"),
        ("refs/heads/release-?", "refs/heads/release-1", True, "one character"),
        ("refs/heads/release-?", "refs/heads/release-10", False, "not two"),
        ("a.c", "abc", False, "a dot is a dot"),
        ("[ab]", "a", False, "no classes"),
        ("Acme/*", "acme/app", False, "the case counts"),
        ("*", "", True, "anything is also nothing"),
        ("*", "a\nb", True, "and lines"),
    ],
)
def test_patterns(pattern: str, value: str, fitting: bool, note: str) -> None:
    assert fits(pattern, value) is fitting, note


@given(st.text())
def test_a_pattern_without_wildcards_fits_itself_only(text: str) -> None:
    literal = text.replace("*", "").replace("?", "")
    assert fits(literal, literal)
    assert not fits(literal, literal + "x")


def test_lines_fit_where_every_claim_does() -> None:
    lines = (
        Mapped({"groups": "sre"}, ("oncall",)),
        Mapped({"groups": "eng", "sub": "11*"}, ("never",)),
        Mapped({"run_id": "1?"}, ("ci",)),
    )
    assert [line.groups for line in lines_that_fit(lines, CLAIMS)] == [("oncall",), ("ci",)]
