"""`gatehouse demo` as a person runs it: the whole tour, the same under rules that lack one, and Ctrl-C half-way."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from sidecar.processes.demo.stage import OWN_POLICY
from sidecar.processes.demo.tour import STEPS
from tests.limited import limited

PROGRAM = (sys.executable, "-m", "sidecar.cli.main", "demo")
PATIENCE = 240  # seconds; a quiet machine needs twenty
Start = Callable[..., AbstractContextManager["subprocess.Popen[str]"]]
NAMES = [step.name for step in STEPS]


@pytest.fixture
def place() -> Iterator[Path]:
    """Where the program makes its temporary folders. Short, as the path of a Unix socket must be."""
    with tempfile.TemporaryDirectory(prefix="tour-") as folder:
        yield Path(folder)


@pytest.fixture
def start(place: Path) -> Start:
    environment, pipe = {**os.environ, "TMPDIR": str(place)}, subprocess.PIPE
    pipes = {"stdout": pipe, "stderr": pipe, "text": True, "env": environment}
    return lambda *words: limited(subprocess.Popen((*PROGRAM, *words), **pipes), PATIENCE)  # type: ignore[call-overload]


def assert_nothing_is_left(place: Path) -> None:
    """No file, and no process that was started for this folder."""
    assert list(place.iterdir()) == []
    assert running(str(place)) == []


def running(word: str) -> list[str]:
    """Command lines and environments of processes that name it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            known = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue  # it has just ended, or is somebody else's
        if word.encode() in known:
            found.append(known.partition(b"\0")[0].decode())
    return found


def test_every_promise_is_kept(start: Start, place: Path) -> None:
    with start("--json") as process:
        out, err = process.communicate()
    told = json.loads(out)
    assert [step["name"] for step in told["steps"]] == NAMES
    assert {step["name"]: step for step in told["steps"] if not step["kept"]} == {}
    assert (process.returncode, told["kept"], err) == (0, True, "")
    assert all(len(step["checks"]) >= 4 and step["shown"] for step in told["steps"])
    assert_nothing_is_left(place)


def test_rules_that_lack_one_are_found_out(start: Start, place: Path, tmp_path: Path) -> None:
    """Without the rule that masks secrets, exactly the steps that plant one say so."""
    head, rule, rest = OWN_POLICY.read_text().partition("  - id: secrets\n")
    assert rule
    weaker = tmp_path / "weaker.yaml"
    weaker.write_text(head + rest[rest.index("  - id:") :])
    with start("--policy", str(weaker)) as process:
        out, _ = process.communicate()
    assert process.returncode == 1
    failed = [step.title for step in STEPS if step.name in {"secret", "mcp", "stream", "conversation", "record"}]
    last = out.strip().splitlines()[-1]
    assert last.startswith(f"5 of {len(STEPS)} promises were NOT kept: ")
    assert all(title in last for title in failed)
    assert "✗ NOT KEPT: searched" in out
    assert "\x1b" not in out, "no colour in a pipe"
    assert_nothing_is_left(place)


def test_ctrl_c_half_way_leaves_nothing(start: Start, place: Path) -> None:
    with start() as process:
        assert process.stdout is not None
        assert any(f" 2/{len(STEPS)}" in line for line in process.stdout), "the tour is under way"
        assert running(str(place)), "something is there to be stopped"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, err) == (130, "")
    assert out.endswith("Stopped half-way.\n")
    assert "NOT KEPT" not in out, "stopping is no broken promise"
    assert_nothing_is_left(place)
