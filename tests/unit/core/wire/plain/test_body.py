"""Bodies that can be read, and what they look like with other texts in them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.errors import Refused
from sidecar.core.model.place import Place
from sidecar.core.wire.json_strict import JsonLimits
from sidecar.core.wire.plain.body import FORM, changed, kind_of, read_body

LIMITS = JsonLimits()
READ = (
    ("JSON", "application/json", b'{"a": ["b", 1]}', ["a", "b", "1"]),
    ("JSON of a kind", "application/problem+json", b'"x"', ["x"]),
    ("a form", FORM, b"a=b+c&d=%41&e", ["a", "b c", "d", "A", "e"]),
    ("plain text", "text/plain", "häh".encode(), ["häh"]),
    ("a page", "text/html", b"<p>", ["<p>"]),
    ("XML", "application/soap+xml", b"<a/>", ["<a/>"]),
    ("no text at all", "text/plain", b"", []),
)
NAMED = (
    ("JSON", "application/json", b'{"a": [{"b": "x", "c": 1}]}', [("x", ("a", "b")), ("1", ("a", "c"))]),
    ("a form", FORM, b"a=x&b=", [("x", ("a",))]),
    ("text", "text/plain", b"a=x", []),
)


@pytest.mark.parametrize(("kind", "raw", "named"), [row[1:] for row in NAMED], ids=[row[0] for row in NAMED])
def test_what_stands_under_which_name(kind: str, raw: bytes, named: object) -> None:
    body = read_body(kind, raw, LIMITS)
    assert body is not None
    texts = zip(body.texts, body.names, strict=True) if body.names else ()
    assert [(text.value, names) for text, names in texts if not text.key] == named


def test_what_is_told_of_it_with_other_texts() -> None:
    form = read_body(FORM, b"a=b&c=d", LIMITS)
    assert form is not None
    assert form.told({3: "x"}) == {"form": [{"name": "a", "value": "b"}, {"name": "c", "value": "x"}]}
    text = read_body("text/plain", b"a", LIMITS)
    assert text is not None
    assert (text.told({}), text.told({0: "x"})) == ({"text": "a"}, {"text": "x"})


@pytest.mark.parametrize(("kind", "raw", "texts"), [row[1:] for row in READ], ids=[row[0] for row in READ])
def test_what_can_be_read(kind: str, raw: bytes, texts: list[str]) -> None:
    body = read_body(kind, raw, LIMITS)
    assert body is not None
    assert [text.value for text in body.piece(Place.PROMPT).texts] == texts
    assert changed(body, {}, b"") == raw
    assert body.document().raw == raw


@pytest.mark.parametrize(
    "kind", ["", "image/png", "multipart/form-data", "application/octet-stream", "application/pdf"]
)
def test_what_cannot_be_read(kind: str) -> None:
    assert read_body(kind, b"x", LIMITS) is None


REFUSED = (
    ("broken JSON", "application/json", b"{", "not valid JSON"),
    ("text in another encoding", "text/plain", b"\xff", "not UTF-8"),
    ("a form in another encoding", FORM, b"a=%ff", "not UTF-8"),
    ("too many fields", FORM, b"a&" * 2000, "2000 fields"),
)


@pytest.mark.parametrize(("kind", "raw", "why"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_not_what_it_says_is_refused(kind: str, raw: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        read_body(kind, raw, LIMITS)


def test_only_what_changes_is_written_anew() -> None:
    form = read_body(FORM, b"a=b+c&d=%41&e=1", LIMITS)
    assert form is not None
    assert changed(form, {3: "x y&z"}, b"") == b"a=b+c&d=x+y%26z&e=1"
    text = read_body("text/plain", b"a", LIMITS)
    assert text is not None
    assert changed(text, {0: "ü"}, b"") == "ü".encode()
    document = read_body("application/json", b'{"a": "b"}', LIMITS)
    assert document is not None
    assert changed(document, {1: "c"}, b'{"a": "c"}') == b'{"a": "c"}'
    assert (document.path(1), text.path(0)) == ("a", "body")


@given(
    st.lists(st.tuples(st.text("ab&=+% é", max_size=4), st.text("ab&=+% é", max_size=4)), max_size=4),
    st.text(max_size=5),
)
@settings(max_examples=100, deadline=None)
def test_a_changed_field_reads_as_it_was_meant(fields: list[tuple[str, str]], new: str) -> None:
    from urllib.parse import quote_plus

    raw = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields).encode()
    body = read_body(FORM, raw, LIMITS)
    assert body is not None
    where = next((text.ordinal for text in body.texts if not text.key), None)
    if where is None:
        return
    again = read_body(FORM, changed(body, {where: new}, b""), LIMITS)
    assert again is not None
    assert {text.ordinal: text.value for text in again.texts}.get(where, "") == new


def test_a_type_is_read_without_what_follows_it() -> None:
    assert kind_of("Application/JSON; charset=utf-8") == "application/json"
    assert kind_of(None) == ""
