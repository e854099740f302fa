"""What the log shows, and what it never shows."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from sidecar.core.errors import Code, Refused
from sidecar.credentials.secret import Secret
from sidecar.telemetry.log import EventLog, configure, shown

VALUE = "s3cr" + "et-value"


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def json_line(stream: io.StringIO) -> dict[str, object]:
    (line,) = stream.getvalue().splitlines()
    read: dict[str, object] = json.loads(line)
    return read


def test_a_json_line() -> None:
    out = io.StringIO()
    configure("info", "json", out)
    EventLog("rulebook").warning("policies refused", mistakes=3, file=Path("/p.yaml"), nested={"a": [1, None, True]})
    read = json_line(out)
    assert str(read.pop("time")).endswith("Z")
    assert read == {
        "level": "warning",
        "source": "rulebook",
        "event": "policies refused",
        "mistakes": 3,
        "file": "/p.yaml",
        "nested": {"a": [1, None, True]},
    }


def test_a_text_line() -> None:
    out = io.StringIO()
    configure("info", "text", out)
    EventLog("up").info("100% ready", port=15080, say="two words", empty="")
    assert out.getvalue()[9:] == 'info    up: 100% ready port=15080 say="two words" empty=""\n'


@pytest.mark.parametrize(
    ("form", "stream", "is_json"),
    [
        ("auto", io.StringIO(), True),
        ("auto", Terminal(), False),
        ("json", Terminal(), True),
        ("text", io.StringIO(), False),
    ],
)
def test_the_form_fits_the_reader(form: str, stream: io.StringIO, is_json: bool) -> None:
    configure("info", form, stream)
    EventLog("x").info("event")
    assert stream.getvalue().startswith("{") is is_json


def test_the_level_counts() -> None:
    out = io.StringIO()
    configure("error", "json", out)
    for say in (EventLog("x").debug, EventLog("x").info, EventLog("x").warning):
        say("not shown")
    assert out.getvalue() == ""
    EventLog("x").error("shown")
    assert json_line(out)["event"] == "shown"


@pytest.mark.parametrize(
    ("value", "expected", "note"),
    [
        (Secret(VALUE), "<Secret>", "a secret"),
        ([Secret(VALUE)], ["<Secret>"], "a secret in a list"),
        ({"k": {"k": Secret(VALUE)}}, {"k": {"k": "<Secret>"}}, "a secret deep down"),
        (VALUE.encode(), "<12 bytes>", "a body"),
        (KeyError(VALUE), "<KeyError>", "an exception of a library may say a value"),
        (Refused(403, Code.PERMISSION, "no"), "no", "one of ours never does"),
        ("x" * 400, "x" * 300 + "... (400 characters)", "a long text"),
        (list(range(50)), list(range(20)), "a long list"),
        ([[[["deep"]]]], [[["<list>"]]], "a deep list"),
        (Code.API, "api_error", "a word of an enum"),
        (object, "<type>", "anything else"),
    ],
)
def test_only_plain_values_are_shown(value: object, expected: object, note: str) -> None:
    assert shown(value) == expected


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_bug_is_shown_by_type_and_place_and_not_by_its_values(form: str) -> None:
    out = io.StringIO()
    configure("info", form, out)

    def lookup(secrets: dict[str, int]) -> int:
        return secrets[VALUE]

    try:
        lookup({})
    except KeyError as error:
        EventLog("extproc").error("bug in a stream", error)
    assert VALUE not in out.getvalue()
    assert "KeyError" in out.getvalue()
    assert "test_log.py:" in out.getvalue()
    assert out.getvalue().count("\n") == 1


def test_an_error_of_ours_says_its_sentence() -> None:
    out = io.StringIO()
    configure("info", "json", out)
    EventLog("x").error("refused", Refused(500, Code.API, "No credential"))
    assert json_line(out)["said"] == "No credential"


def test_what_libraries_log_comes_out_the_same_way() -> None:
    out = io.StringIO()
    configure("info", "json", out)
    try:
        raise ValueError(VALUE)
    except ValueError:
        logging.getLogger("grpc._server").exception("handler of %s failed", "Process")
    read = json_line(out)
    assert (read["source"], read["event"], read["error"]) == ("grpc._server", "handler of Process failed", "ValueError")
    assert VALUE not in out.getvalue()


def test_a_client_cannot_forge_a_line_or_move_the_cursor() -> None:
    out = io.StringIO()
    configure("info", "text", out)
    EventLog("x").info("told\n12:00:00 info x: forged", path="/a\r\n\x1b[2Jb")
    assert out.getvalue().count("\n") == 1
    assert out.getvalue().rstrip("\n").isprintable()


def test_reserved_names_cannot_be_taken_by_a_field() -> None:
    out = io.StringIO()
    configure("info", "json", out)
    EventLog("x").info("real", level="fatal", time="never", source="elsewhere")
    read = json_line(out)
    assert (read["event"], read["level"], read["source"]) == ("real", "info", "x")
