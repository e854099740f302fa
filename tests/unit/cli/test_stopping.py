"""`gatehouse sessions kill` and `blocks`, against a control plane that answers."""

import json

import pytest

from sidecar.cli.main import main
from sidecar.core.model.block import Target
from tests.unit.cli.served import Served

Captured = pytest.CaptureFixture[str]


def call(control: Served, *words: str) -> int:
    return main(["sessions", *words, "--config", str(control.config)])


KILLS = (
    (("s-1",), Target.SESSION, "s-1"),
    (("--subject", "ada"), Target.SUBJECT, "ada"),
    (("--agent", "crawler"), Target.AGENT, "crawler"),
    (("--connection", "claude"), Target.CONNECTION, "claude"),
    (("--all",), Target.ALL, ""),
)


@pytest.mark.parametrize(("words", "target", "value"), KILLS, ids=[one[1].value for one in KILLS])
def test_kill(control: Served, capsys: Captured, words: tuple[str, ...], target: Target, value: str) -> None:
    assert call(control, "kill", *words, "--reason", "It runs in circles.") == 0
    (block,) = control.do(control.desk.parts.blocks.all())
    assert (block.target, block.value, block.reason) == (target, value, "It runs in circles.")
    assert capsys.readouterr().out == f"Stopped: {' '.join(filter(None, (target.value, value)))} (block {block.id}).\n"


def test_list_and_lift(control: Served, capsys: Captured) -> None:
    assert call(control, "blocks") == 0
    assert capsys.readouterr().out == "Nothing is stopped.\n"
    evil = "a\x1b[2J\nb"
    block = control.do(control.desk.parts.blocks.put(Target.AGENT, evil, evil, "grace"))
    assert call(control, "blocks") == 0
    said = capsys.readouterr().out
    assert (len(said.splitlines()), "\x1b" in said, "a\\x1b[2J\\nb" in said) == (1, False, True)
    assert call(control, "blocks", "--lift", block.id) == 0
    assert call(control, "kill", "--lift", block.id) == 1
    capsys.readouterr()
    assert call(control, "blocks", "--all", "--json") == 0
    assert json.loads(capsys.readouterr().out)["lifted_by"] == "local/local developer"


@pytest.mark.parametrize(
    "words", [("kill", "--reason", "x"), ("kill", "s", "--agent", "a", "--reason", "x"), ("kill", "s-1")]
)
def test_what_is_not_said_clearly_is_not_done(control: Served, capsys: Captured, words: tuple[str, ...]) -> None:
    assert call(control, *words) == 2
    assert "sessions kill: " in capsys.readouterr().err
    assert control.do(control.desk.parts.blocks.all()) == ()
