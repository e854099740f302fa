"""Placeholders: stable, unlinkable, recognisable, and they tell nothing of the value."""

import re

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.mask.placeholder import ALPHABET, PLACEHOLDER, Placeholders
from sidecar.core.model.action import How

KEY = bytes(range(32))
OURS = Placeholders(KEY, "anna\nsession-1")
RESTARTED = Placeholders(KEY, "anna\nsession-1")
NEXT_SESSION = Placeholders(KEY, "anna\nsession-2")
OTHER_KEY = Placeholders(bytes(32), "anna\nsession-1")
SHAPE = re.compile(PLACEHOLDER.pattern)
MADE = (How.REDACT, How.TOKEN, How.HASH)

values = st.text(st.characters(), min_size=1, max_size=40)
labels = st.text(min_size=0, max_size=60)


@pytest.mark.parametrize(
    ("label", "how", "shape", "note"),
    [
        ("EMAIL", How.REDACT, r"\[EMAIL_[2-9A-HJ-NP-Z]{8}\]", "the label, then eight characters"),
        ("EMAIL", How.TOKEN, r"\[EMAIL_[2-9A-HJ-NP-Z]{8}\]", "a token looks like any other"),
        ("EMAIL", How.HASH, r"\[EMAIL_#[0-9a-f]{12}\]", "a hash is marked as one"),
        ("aws access-key", How.REDACT, r"\[AWS_ACCESS_KEY_.{8}\]", "a label is made plain"),
        ("rule/no-zephyr", How.REDACT, r"\[RULE_NO_ZEPHYR_.{8}\]", "also one that a policy's rule gave"),
        ("", How.REDACT, r"\[VALUE_.{8}\]", "no label"),
        ("µ€", How.REDACT, r"\[VALUE_.{8}\]", "nothing of it can be written plainly"),
        ("2fa", How.HASH, r"\[N_2FA_#.{12}\]", "a label begins with a letter"),
        ("X" * 90, How.TOKEN, r"\[X{40}_.{8}\]", "a long label is cut"),
    ],
)
def test_shape(label: str, how: How, shape: str, note: str) -> None:
    assert re.fullmatch(shape, OURS.make(label, how, "anna@example.com")), note


@pytest.mark.parametrize(
    ("value", "masked", "note"),
    [
        ("4111 1111 1111 1234", "****1234", "four of sixteen"),
        ("123456789012", "****9012", "twelve letters and digits are enough"),
        ("12345678901", "********", "eleven are not"),
        ("a-b-c-d-e-f-g-h-i-j-k", "********", "punctuation does not count"),
        ("", "********", "nothing at all"),
        ("äöüäöüäöüäöü", "****üäöü", "letters of any script"),
    ],
)
def test_last4(value: str, masked: str, note: str) -> None:
    assert OURS.make("CARD", How.LAST4, value) == masked, note


def test_last4_never_shows_the_length() -> None:
    assert {len(OURS.make("X", How.LAST4, "7" * length)) for length in range(1, 200)} == {8}


@given(labels, values)
@settings(max_examples=100)
def test_the_same_after_a_restart_and_found_in_text(label: str, value: str) -> None:
    for how in MADE:
        made = OURS.make(label, how, value)
        assert made == RESTARTED.make(label, how, value)
        assert SHAPE.fullmatch(made)
        assert re2.fullmatch(PLACEHOLDER.pattern.encode(), made.encode())
        assert OTHER_KEY.make(label, how, value) != made


@given(labels, values)
@settings(max_examples=100)
def test_ours_are_known_in_every_session(label: str, value: str) -> None:
    for how in MADE:
        made = OURS.make(label, how, value)
        # A hash exists to link sessions, the others must not.
        assert (NEXT_SESSION.make(label, how, value) == made) is (how is How.HASH)
        assert NEXT_SESSION.is_ours(made)
        assert NEXT_SESSION.how_of(made) is how


@given(labels, values, st.sampled_from(How), st.sampled_from(How))
@settings(max_examples=100)
def test_a_mask_is_not_masked_once_more(label: str, value: str, how: How, again: How) -> None:
    made = OURS.make(label, how, value)
    assert OURS.make("OTHER", again, made) == made


def test_token_and_redact_of_one_value_differ() -> None:
    assert OURS.make("EMAIL", How.TOKEN, "a@example.com") != OURS.make("EMAIL", How.REDACT, "a@example.com")


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("", "nothing"),
        ("[EMAIL_K7Q2M9X]", "seven characters"),
        ("[EMAIL_K7Q2M9XI]", "a letter that is never used"),
        ("[email_K7Q2M9XA]", "a label in small letters"),
        ("EMAIL_K7Q2M9XA", "no brackets"),
        ("[EMAIL_#3f9a0c51b7d]", "eleven characters of a hash"),
        ("[EMAIL_#3F9A0C51B7DE]", "a hash in capital letters"),
        ("****1234", "stars are nobody's"),
    ],
)
def test_not_ours(text: str, note: str) -> None:
    assert not OURS.is_ours(text), note


def test_a_strangers_check_character_fits_for_two_of_thirty_two() -> None:
    fitting = [OURS.how_of(f"[EMAIL_K7Q2M9X{check}]") for check in ALPHABET]
    assert sorted(how for how in fitting if how) == [How.REDACT, How.TOKEN]
    hashes = [OURS.how_of(f"[EMAIL_#3f9a0c51b7d{check:x}]") for check in range(16)]
    assert [how for how in hashes if how] == [How.HASH]


def test_a_label_that_no_rule_gives_is_not_ours() -> None:
    strict = Placeholders(KEY, "anna\nsession-1", labels=["email", "no-zephyr"])
    assert strict.is_ours(strict.make("EMAIL", How.TOKEN, "x"))
    assert strict.is_ours(strict.make("no-zephyr", How.REDACT, "x"))
    assert not strict.is_ours(strict.make("SMUGGLED_TEXT", How.TOKEN, "x"))


def test_parts_do_not_run_into_each_other() -> None:
    # Scope "ab" with label "X" and scope "a" with label "BX" would be one string, were they only put together.
    one, other = Placeholders(KEY, "ab").make("X", How.TOKEN, "v"), Placeholders(KEY, "aB").make("X", How.TOKEN, "v")
    longer = Placeholders(KEY, "a").make("BX", How.TOKEN, "v")
    assert len({one[-10:-2], other[-10:-2], longer[-10:-2]}) == 3


def test_a_key_that_can_be_tried_out_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes, this one has 8"):
        Placeholders(bytes(8), "scope")


def test_repr_shows_no_key() -> None:
    assert repr(OURS) == "Placeholders()"
