"""The compiled set: who looks closer, what is found, and how long values are reported."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.detect.catalogue import builtin
from sidecar.core.detect.compiled import LONGEST, SEPARATOR, Compiled
from sidecar.core.model.detector import Detector, Match

EVERYTHING = Compiled(builtin())
AWS = "AKIA" + "Q3EGVTK5" + "7ZW2PLXN"


def rule(name: str, pattern: str, group: int = 0) -> Detector:
    return Detector(f"rule/{name}", "RULE", pattern, group)


def test_offsets_are_bytes_of_the_value_not_of_its_context() -> None:
    text = f'é password = "{"Kd83" + "Jsk9x"}"'.encode()
    assert Match(15, 24, "secret/password-quoted") in EVERYTHING.scan(text)


def test_sorted_and_never_overlapping_itself() -> None:
    scanned = Compiled([rule("b", "b+"), rule("ab", "[ab]{2}")]).scan(b"xabbab")
    assert [(m.start, m.end, m.detector) for m in scanned] == [
        (1, 3, "rule/ab"),
        (2, 4, "rule/b"),
        (3, 5, "rule/ab"),
        (5, 6, "rule/b"),
    ]


def test_a_refused_value_hides_none_that_begins_inside_it() -> None:
    def even(value: bytes) -> bool:
        return value[0] % 2 == 0

    detector = Detector("pii/even", "X", r"[0-9]{2}", validate=even)
    assert [(m.start, m.end) for m in Compiled([detector]).scan(b"1234")] == [(1, 3)]


def test_a_keyword_inside_a_match_is_a_keyword_too() -> None:
    detector = Detector("secret/k", "X", r"key=([a-z]{2,9})", 1)
    assert [(m.start, m.end) for m in Compiled([detector]).scan(b"key=key=abc")] == [(4, 7), (8, 11)]


@pytest.mark.parametrize(
    ("pattern", "note"), [("(a", "no closing parenthesis"), ("a(?=b)", "look-ahead"), (r"(a)\1", "back reference")]
)
def test_a_pattern_that_re2_refuses_is_named(pattern: str, note: str) -> None:
    with pytest.raises(ValueError, match="rule/bad"):
        Compiled([rule("good", "a"), rule("bad", pattern)])


def test_a_group_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="no group 2"):
        Compiled([rule("bad", "(a)", 2)])


RULES = [
    rule("whole", r"\Afoo.*bar\z"),
    rule("lines", r"(?m)^foo$"),
    rule("anything", r"(?s)begin.*end"),
    rule("not-word", r"\Bx\B"),
    rule("words", r"(?i:alpha|beta gamma|k)"),
    rule("posix", r"[[:upper:]]{3}\pN"),
    rule("empty", r"z*$"),
]


@given(
    st.lists(
        st.sampled_from(["foo", " bar", "begin", "end", "x", "alpha", "K", "ABC", "1", "\n", "é", AWS]), max_size=8
    )
)
@settings(max_examples=150)
def test_joined_texts_are_suspected_whenever_one_of_them_has_a_match(parts: list[str]) -> None:
    text = "".join(parts)
    joined = SEPARATOR.join(["other words", text, "more"]).encode()
    for each in (*RULES, *builtin()[:3]):
        alone = Compiled([each])
        if alone.scan(text.encode()):
            assert alone.suspects(text.encode())
            assert alone.suspects(joined)


def test_no_match_crosses_the_separator() -> None:
    first, second = 'password = "Kd83' + "Jsk9x", '4dL2ks"'
    for match in EVERYTHING.scan(f"{first}{SEPARATOR}{second}".encode()):
        assert match.end <= len(first) or match.start >= len(first) + len(SEPARATOR)


def test_without_detectors_nothing_is_suspected() -> None:
    assert not Compiled([]).suspects(b"anything")
    assert Compiled([]).scan(b"anything") == ()


def test_a_value_longer_than_the_longest_comes_in_adjacent_pieces_and_swallows_what_is_in_it() -> None:
    body = ("\n" + "MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQC7" * 2) * (2 * LONGEST // 90)
    text = f"see -----BEGIN PRIVATE KEY-----{body}?{AWS}"
    pieces = [m for m in EVERYTHING.scan(text.encode()) if m.detector == "secret/private-key"]
    assert pieces[0].start == 4
    assert pieces[-1].end == text.index("?")
    assert [m.end for m in pieces[:-1]] == [m.start for m in pieces[1:]]
    assert all(m.end - m.start <= LONGEST for m in pieces)
    assert EVERYTHING.scan(text.encode())[-1].detector == "secret/aws-access-key-id"


def test_warming_changes_no_answer() -> None:
    fresh = Compiled(builtin()[:20])
    before = fresh.scan(AWS.encode())
    fresh.warm()
    assert fresh.scan(AWS.encode()) == before != ()
