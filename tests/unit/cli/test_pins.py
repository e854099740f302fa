"""`gatehouse pins`, beside a gate's file."""

import json
from pathlib import Path

import pytest

from sidecar.cli.main import main
from sidecar.core.exchange.mcp.pins import Hidden, Pins
from sidecar.core.exchange.mcp.wish import Act, Wish
from sidecar.core.model.action import Action
from sidecar.core.model.finding import Verdict
from sidecar.record.pinned import PinFile

Captured = pytest.CaptureFixture[str]
SEND, DROP = "mcp__tickets__send", "mcp__tickets__drop"


@pytest.fixture
def gate(tmp_path: Path) -> PinFile:
    (tmp_path / "gatehouse.yaml").write_text("development: {identity: true}\nstate: here\n")
    (tmp_path / "here").mkdir()
    pins = Pins()
    for who in ("ada", "eve"):
        pins.changed(("tickets", f"company\n{who}"), SEND, b"1")
    pins.hide(("tickets", "company\nada"), DROP, Hidden(b"2", Verdict(Action.DENY, "rug"), "text"))
    file = PinFile(tmp_path / "here", pins)
    file.gather()
    file.save()
    return file


def call(folder: Path, *words: str) -> int:
    return main(["pins", *words, "--config", str(folder / "gatehouse.yaml")])


def test_they_are_listed(tmp_path: Path, gate: PinFile, capsys: Captured) -> None:
    assert call(tmp_path, "list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1:4] for line in lines if "tickets" in line] == [
        ["ada", SEND, "known"],
        ["ada", DROP, "withheld"],
        ["eve", SEND, "known"],
    ]
    assert call(tmp_path, "list", "--json", "--caller", "ada", "--tool", "drop") == 0
    row = {"connection": "tickets", "caller": "ada", "tool": DROP, "state": "withheld by rug"}
    assert json.loads(capsys.readouterr().out) == row


def test_a_word_reaches_the_gate(tmp_path: Path, gate: PinFile, capsys: Captured) -> None:
    assert call(tmp_path, "accept", "--connection", "tickets", "--tool", "drop") == 0
    assert "1 of accept: the gate takes this up" in capsys.readouterr().out
    assert call(tmp_path, "forget", "--connection", "tickets", "--caller", "eve") == 0
    assert gate.look() == (Wish(Act.ACCEPT, "tickets", None, "drop"), Wish(Act.FORGET, "tickets", "eve", None))


@pytest.mark.parametrize("words", [("accept", "--tool", "send"), ("forget", "--caller", "tom")])
def test_what_is_not_there_is_said(tmp_path: Path, gate: PinFile, words: tuple[str, ...], capsys: Captured) -> None:
    assert call(tmp_path, *words, "--connection", "tickets") == 1
    assert "Nothing of this is" in capsys.readouterr().out
    assert gate.look() == ()


def test_without_a_gate_there_is_nothing(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "gatehouse.yaml").write_text("development: {identity: true}\nstate: here\n")
    assert call(tmp_path, "list") == 0
    assert "No pins are kept here." in capsys.readouterr().out
    assert call(tmp_path, "accept", "--connection", "tickets") == 1


def test_a_damaged_file_is_said(tmp_path: Path, gate: PinFile, capsys: Captured) -> None:
    (tmp_path / "here" / "pins.db").write_bytes(b"")
    assert call(tmp_path, "list") == 2
    assert "pins.db: cannot be read: the file is not whole" in capsys.readouterr().err
