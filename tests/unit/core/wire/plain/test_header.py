"""What headers say by themselves."""

import pytest

from sidecar.core.wire.plain.header import as_bytes, as_text, says_nothing, unpacked, usual_name

NOTHING = (
    ("date", "Sat, 22 Nov 2026 02:00:00 GMT"),
    ("expires", "-1"),
    ("content-type", "application/json; charset=utf-8"),
    ("accept", "text/html, application/xml;q=0.9, */*;q=0.8"),
    ("cache-control", "private, max-age=3600"),
    ("accept-language", "en-US,en;q=0.5"),
)
SOMETHING = (
    ("date", "ada@mill.example"),
    ("content-type", "application/json; x=key"),
    ("content-type", "gk-live/0123"),
    ("accept", "7000000"),
    ("x-note", "gzip"),
    ("server", "nginx"),
)


@pytest.mark.parametrize(("name", "value"), NOTHING)
def test_words_of_the_protocol_say_nothing(name: str, value: str) -> None:
    assert says_nothing(name, value)


@pytest.mark.parametrize(("name", "value"), SOMETHING)
def test_anything_else_is_somebodys_text(name: str, value: str) -> None:
    assert not says_nothing(name, value)


def test_bytes_are_read_as_utf_8_where_they_are_that() -> None:
    assert as_text("Projekt Zürich".encode().decode("latin-1")) == "Projekt Zürich"
    assert as_text("Z\xfcrich") == "Zürich"
    assert as_bytes("Zürich").encode("latin-1").decode() == "Zürich"
    assert as_bytes("plain") == "plain"


def test_words_packed_for_mail_are_unpacked() -> None:
    assert unpacked("=?utf-8?B?WsO8cmljaA==?=") == "Zürich"
    assert unpacked("=?none?B?AA?=") == "=?none?B?AA?="
    assert unpacked("a=?b") == "a=?b"


def test_names() -> None:
    assert usual_name("set-cookie")
    assert not usual_name("x-ada")
