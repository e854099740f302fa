"""`gatehouse approvals`, against a control plane that answers."""

import json
import subprocess
import sys

import pytest

from sidecar.cli.main import main
from sidecar.core.model.hold import Terms
from tests.limited import limited
from tests.unit.cli.served import Served
from tests.unit.control.web.rig import asked

EVIL = "\x1b]0;owned\x07\x1b[2Jrm\u202e"
Captured = pytest.CaptureFixture[str]


def opened(control: Served, name: str = "q1", **more: object) -> str:
    return control.do(control.desk.parts.tickets.open(asked(name, fingerprint=name, **more))).id


def call(control: Served, *words: str) -> int:
    return main(["approvals", *words, "--config", str(control.config)])


def test_list(control: Served, capsys: Captured) -> None:
    assert call(control, "list") == 0
    assert capsys.readouterr().out == "Nothing waits.\n"
    ticket = opened(control, subject=EVIL, why=EVIL)
    assert call(control, "list") == 0
    said = capsys.readouterr().out
    assert ticket in said
    assert "\x1b" not in said
    assert "U+202E" in said
    assert len(said.splitlines()) == 2


def test_list_for_scripts(control: Served, capsys: Captured) -> None:
    first, _ = opened(control), opened(control, "q2", session="s-2")
    control.do(control.desk.parts.tickets.withdraw("q1"))
    for words, count in (
        ((), 1), (("--all",), 2), (("--state", "withdrawn"), 1), (("--session", "s-1"), 0),
        (("--all", "--most", "1"), 1), (("--who", "lin", "--all"), 0),
    ):  # fmt: skip
        assert call(control, "list", "--json", *words) == 0
        assert len(capsys.readouterr().out.splitlines()) == count, words
    call(control, "list", "--json", "--state", "withdrawn")
    assert json.loads(capsys.readouterr().out)["id"] == first


def test_show(control: Served, capsys: Captured) -> None:
    ticket = opened(control)
    assert call(control, "show", ticket) == 0
    said = capsys.readouterr().out
    assert ">>rm -rf<< /srv/exports" in said
    assert "Make room." in said
    assert control.desk.trail.of("looked")[0]["id"] == ticket
    assert call(control, "show", ticket, "--json") == 0
    assert json.loads(capsys.readouterr().out)["content"][0]["title"] == "Tool Bash"


def test_approve_and_deny(control: Served, capsys: Captured) -> None:
    first, second, third = opened(control), opened(control, "q2"), opened(control, "q3", terms=Terms(approvals=2))
    assert call(control, "approve", first, "--rationale", "known") == 0
    assert capsys.readouterr().out == f"{first}: approved.\n"
    assert call(control, "deny", second, "--rationale", "no") == 0
    assert capsys.readouterr().out == f"{second}: denied.\n"
    assert call(control, "approve", third) == 0
    assert "1 of 2 approvals; another person is needed" in capsys.readouterr().out
    decided = control.do(control.desk.parts.tickets.get(first)).decisions[0]
    assert (decided.subject, decided.rationale) == ("local developer", "known")


def test_what_cannot_be(control: Served, capsys: Captured) -> None:
    ticket = opened(control)
    call(control, "deny", ticket)
    for words in (("approve", ticket), ("approve", "tk_none"), ("show", "../../v1/me")):
        assert call(control, *words) == 1
        assert capsys.readouterr().err.startswith("gatehouse: ")


def test_for_the_session(control: Served, capsys: Captured) -> None:
    ticket = opened(control, terms=Terms(reuse=3600.0))
    assert call(control, "approve", ticket, "--for-session", "--json") == 0
    assert json.loads(capsys.readouterr().out)["for_session_until"] is not None


def test_watch_tells_what_changes_until_the_end(control: Served) -> None:
    words = ("approvals", "watch", "--json", "--config", str(control.config))
    command = [sys.executable, "-m", "sidecar.cli.main", *words]
    with limited(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)) as watch:
        first = opened(control)
        told = json.loads(watch.stdout.readline())
        assert (told["id"], told["state"]) == (first, "pending")
        control.do(control.desk.parts.tickets.withdraw("q1"))
        told = json.loads(watch.stdout.readline())
        assert (told["id"], told["state"]) == (first, "withdrawn")
        watch.terminate()
        watch.communicate()


def test_a_key_that_does_not_fit(control: Served, capsys: Captured) -> None:
    (control.config.parent / "state" / "owner.key").write_text("another")
    assert call(control, "watch") == 1
    assert call(control, "list") == 1
    assert "This is no token of ours." in capsys.readouterr().err
