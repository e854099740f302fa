"""What a veil hides, what it leaves, and what it only names."""

import json

import pytest

from sidecar.core.exchange.transcript import encoded
from sidecar.core.exchange.veil import Veil
from sidecar.core.mask.memory import SessionMemory
from sidecar.core.mask.placeholder import Placeholders
from sidecar.core.model.action import How
from tests.unit.core.exchange.building import KEY, MAIL, MASK_KEY, PHONE, compiled

RULES = compiled("\n  - {id: r, where: [thinking], detect: ['secret/*', 'pii/*'], do: mask}\n", "")
PLACEHOLDERS = Placeholders(MASK_KEY, "a scope", RULES.words)
TOKEN = PLACEHOLDERS.make("EMAIL", How.TOKEN, MAIL)
BLOB = "aGVsbG8gd29ybGQ="


def veil(masked: dict[str, str] | None = None, *tokens: tuple[str, str]) -> Veil:
    memory = SessionMemory()
    for placeholder, value in tokens:
        memory.remember_token(placeholder, value)
    return Veil(RULES, PLACEHOLDERS, memory, masked or {})


def shown(value: object, of: Veil | None = None) -> object:
    return (of or veil()).value(value, encoded(value), "here")


HARMLESS = (None, True, 7, 1.5, "words", [], {}, {"a": ["b", {"c": 3}]}, {"type": "text", "text": "\u2028 \U0001f600"})


@pytest.mark.parametrize("value", HARMLESS)
def test_what_holds_nothing_is_the_very_same_object(value: object) -> None:
    assert shown(value) is value


HIDDEN = (
    ("a text", f"mail {MAIL} now", MAIL),
    ("deep inside", {"a": [{"b": [KEY]}]}, KEY),
    ("a key", {f"x {MAIL}": 1}, MAIL),
    ("two in one text", f"{KEY} and {MAIL}", KEY),
    ("a field of the API", {"type": "text", "text": KEY}, KEY),
    ("what only says it is of the API", {"type": KEY, "id": KEY, "signature": KEY}, KEY),
)


@pytest.mark.parametrize(("note", "value", "secret"), HIDDEN, ids=[note for note, *_ in HIDDEN])
def test_hidden_though_no_rule_minds(note: str, value: object, secret: str) -> None:
    text = json.dumps(shown(value))
    assert secret not in text
    assert "_" in text
    assert secret in json.dumps(value)


def test_what_left_in_its_place_is_what_is_shown() -> None:
    assert shown(f"mail {MAIL}", veil({MAIL: "****mill"})) == "mail ****mill"
    assert shown(f"mail {MAIL}", veil(None, (TOKEN, MAIL))) == f"mail {TOKEN}"
    assert shown(f"mail {TOKEN}", veil(None, (TOKEN, MAIL))) == f"mail {TOKEN}"
    redacted = PLACEHOLDERS.make("EMAIL", How.REDACT, MAIL)
    assert shown(f"mail {MAIL}") == f"mail {redacted}"


def test_a_stranger_with_the_shape_of_a_placeholder_protects_nothing() -> None:
    inside = f"[{'AKIA' + 'QWERTYUIOPASDFGH'}_K7Q2M9XA]"
    assert "QWERTYUIOP" not in str(shown(inside))


def test_a_known_value_is_hidden_where_no_detector_would_find_it() -> None:
    name = "Ada Byron"
    assert shown(f"I am {name}.", veil({name: "[NAME_X]"})) == "I am [NAME_X]."
    assert shown({"deep": [f"{name}"]}, veil(None, ("[NAME_T]", name))) == {"deep": ["[NAME_T]"]}
    assert "Ada" not in str(shown(json.dumps({"a": 'say "Ada"'}), veil({'say "Ada"': "[N]"})))


def test_the_longest_known_value_goes_first() -> None:
    of = veil({"secret word": "[A]", "secret word two": "[B]"})
    assert shown("a secret word two here", of) == "a [B] here"


def test_a_short_known_value_stays_a_word() -> None:
    assert shown("root of all", veil({"root": "[P]"})) == "root of all"


def test_what_was_found_once_is_known_from_then_on() -> None:
    of = veil()
    shown(f"is {PHONE}", of)
    assert PHONE[1:] not in str(shown([f"x{PHONE}y"], of))


def test_a_number_can_be_a_secret_too() -> None:
    number = 491234567890
    of = veil({str(number): "[N]"})
    assert shown({"n": number, "m": 12}, of) == {"n": "[N]", "m": 12}


@pytest.mark.parametrize("texts", [[], ["a", "b"], ["a", f"x {MAIL}", "c"], [KEY, KEY], ["half a call: zephyr"]])
def test_several_texts_are_what_each_is_by_itself(texts: list[str]) -> None:
    of = veil({"zephyr": "****"})
    assert of.texts(texts) == [of.text(text) for text in texts]
    assert any(secret in "".join(of.texts(texts)) for secret in (MAIL, KEY, "zephyr")) is False


NAMED = (
    ("an image", {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": BLOB}}, "image/png"),
    ("no media type", {"type": "base64", "data": BLOB}, "unknown type"),
    ("what the provider encrypted", {"type": "redacted_thinking", "data": BLOB}, "ciphertext of the provider at here"),
)


@pytest.mark.parametrize(("note", "value", "why"), NAMED, ids=[note for note, *_ in NAMED])
def test_what_cannot_be_read_is_named_by_digest(note: str, value: object, why: str) -> None:
    of = veil()
    text = json.dumps(shown(value, of))
    assert BLOB not in text
    assert '"sha256"' in text
    assert f'"characters": {len(BLOB)}' in text
    assert [one.startswith(why) for one in of.unscanned] == [True]


def test_a_signature_is_no_text_that_was_left_out() -> None:
    of = veil()
    value = {"type": "thinking", "thinking": "hm", "signature": BLOB}
    assert shown(value, of)["signature"]["characters"] == len(BLOB)
    assert of.unscanned == []


def test_what_only_looks_like_media_is_read() -> None:
    value = {"type": "base64", "data": f"no base64: {MAIL}"}
    assert MAIL not in str(shown(value))
    assert "no base64" in str(shown(value))
