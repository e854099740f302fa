"""`gatehouse demo`: its options, its document, and what it says when the SDK is not installed. `tests/demo` runs it."""

import argparse
import io
import json
import subprocess
import sys

import pytest

from sidecar.cli import demo
from sidecar.processes.demo.page import Page
from sidecar.processes.demo.step import Check, Outcome, Seen

KEPT = Outcome(1, "one", "One", Seen((), (Check("holds", True),)), 0.5)
BROKEN = Outcome(2, "two", "Two", Seen((), (Check("does not", False),)), 0.5)


@pytest.mark.parametrize(
    ("outcomes", "whole", "kept", "note"),
    [
        ([KEPT], True, True, "all were kept"),
        ([KEPT, BROKEN], True, False, "one was not"),
        ([KEPT], False, False, "stopped half-way"),
        ([], True, False, "nothing was shown"),
    ],
)
def test_the_document(outcomes: list[Outcome], whole: bool, kept: bool, note: str) -> None:
    told = demo.document(outcomes, 1.234, None, whole=whole)
    assert told["kept"] is kept, note
    assert told["steps"] == [outcome.as_json() for outcome in outcomes]
    assert told["seconds"] == 1.23


def test_a_person_is_told_as_it_happens(capsys: pytest.CaptureFixture[str]) -> None:
    told = demo.Told(Page(False), 2)
    told.opens()
    told.begins(1, "One")
    assert capsys.readouterr().out.splitlines()[-1] == " 1/2  One"
    told.saw(KEPT)
    assert "✓ holds" in capsys.readouterr().out
    told.closes(3, "a folder", whole=True)
    assert capsys.readouterr().out == "All 1 promises were kept. 3 s.\nAll that was written is in a folder\n"
    told.closes(3, None, whole=False)
    assert capsys.readouterr().out == "Stopped half-way.\n"


def test_a_script_gets_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    listed = demo.Listed()
    listed.opens()
    listed.begins(1, "One")
    listed.saw(KEPT)
    listed.closes(3, "a folder", whole=True)
    assert json.loads(capsys.readouterr().out) == demo.document([KEPT], 3, "a folder", whole=True)


def test_options() -> None:
    parser = argparse.ArgumentParser()
    demo.register(parser)
    given = parser.parse_args(["--json", "--keep", "--policy", "p.yaml", "--group", "a", "--group", "b"])
    assert (given.json, given.keep, str(given.policy), given.group) == (True, True, "p.yaml", ["a", "b"])
    assert parser.parse_args([]).group == []


@pytest.mark.parametrize(
    ("terminal", "environ", "coloured", "note"),
    [
        (True, {}, True, "a terminal"),
        (False, {}, False, "a pipe"),
        (True, {"NO_COLOR": "1"}, False, "asked for none"),
        (True, {"NO_COLOR": ""}, True, "empty asks for nothing"),
        (True, {"TERM": "dumb"}, False, "a terminal that has none"),
    ],
)
def test_colour(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, environ: dict[str, str], coloured: bool, note: str
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    screen = io.StringIO()
    monkeypatch.setattr(screen, "isatty", lambda: terminal)
    monkeypatch.setattr(sys, "stdout", screen)
    assert demo._colour() is coloured, note


def test_a_terminal_without_a_tick_gets_a_question_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    demo._say("✓ kept")
    assert raw.getvalue() == b"? kept\n"


@pytest.mark.parametrize("package", ["claude_agent_sdk", "httpx", "starlette"])
def test_a_missing_package_is_named_with_what_to_do(package: str) -> None:
    without = (
        f"import sys; sys.modules[{package!r}] = None; from sidecar.cli.main import main; sys.exit(main(['demo']))"
    )
    done = subprocess.run([sys.executable, "-c", without], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"demo: needs the package {package}")
    assert "pip install 'gatehouse[local,agent]'" in done.stderr
    assert done.stdout == ""
