"""The stage: what it builds, what it leaves behind, and how a tour on it ends."""

import asyncio
import json
import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.processes.demo.calls import post, prompt
from sidecar.processes.demo.stage import OWN_POLICY, Stage, last_prompt, played, staged, until
from sidecar.rulebook.sources import read_sources
from sidecar.simulator.recording import Received


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary folders are made in these tests."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("keep", [False, True])
def test_the_folder_is_there_for_the_tour_and_stays_only_if_asked(somewhere: Path, keep: bool) -> None:
    with staged(None, (), keep=keep) as stage:
        assert stage.folder.parent == somewhere
        assert (stage.folder / "gate" / "policies" / "rules.yaml").read_text() == OWN_POLICY.read_text()
        assert stage.settings.state == stage.folder / "gate" / "state"
        assert len(read_sources(stage.settings.policies)) == 1
        assert (stage.folder / "gate" / "upstream.key").stat().st_mode & 0o077 == 0
    assert bool(list(somewhere.iterdir())) is keep


def test_the_folder_goes_when_the_tour_breaks(somewhere: Path) -> None:
    with pytest.raises(FileNotFoundError), staged(None, (), keep=False) as stage:
        stage.folder.joinpath("agent", "not there").mkdir()
    assert list(somewhere.iterdir()) == []


async def test_the_models_behind_and_beside_the_gate_are_equal() -> None:
    with staged(None, (), keep=False) as stage:
        models, before = stage.models, stage.mark()
        key, call = ("x-api-key", models.key), prompt("[[think]][[say:the same]]", stream=True)
        said = [(await post(model.url, key, call)).body for model in (models.main, models.twin, models.control)]
        assert said[1] == said[2] != said[0]
        assert [one.body for one in before()] == [call]
        assert [len(models.received(name)) for name in ("main", "twin", "control")] == [1, 1, 1]
        assert (await post(models.main.url, ("x-api-key", "another"), call)).status == 401


@pytest.mark.parametrize(
    ("policy", "state", "said", "note"),
    [
        ("policy: p\nrules: [{id: a, do: masc}]\n", None, r"p\.yaml:2: .*did you mean 'mask'", "a mistake in it"),
        (None, None, "matches no file", "it is not there"),
        ("policy: p\nrules: []\n", "elsewhere", "GATEHOUSE_STATE.*unset", "a state folder of somebody's own"),
    ],
)
def test_what_cannot_work_is_said_before_anything_starts(
    somewhere: Path, monkeypatch: pytest.MonkeyPatch, policy: str | None, state: str | None, said: str, note: str
) -> None:
    file = somewhere / "p.yaml"
    if policy:
        file.write_text(policy)
    if state:
        monkeypatch.setenv("GATEHOUSE_STATE", state)
    with pytest.raises(ConfigurationError, match=said), staged(file, (), keep=False):
        raise AssertionError(note)
    assert [one.name for one in somewhere.iterdir()] == (["p.yaml"] if policy else [])


class Gate:
    """In place of the real one, which the tour in `tests/demo` starts."""

    def __init__(self, ends: Callable[[], object] | None = None) -> None:
        self.ends = ends
        self.stopped = False

    async def run(self, started: Callable[[], None]) -> None:
        try:
            if self.ends:
                self.ends()
                return
            started()
            await asyncio.Event().wait()
        finally:
            self.stopped = True


def on(gate: Gate) -> Stage:
    return Stage(Path(), None, gate, None, None, (), None)  # type: ignore[arg-type]  (only the gate takes part)


async def nothing() -> None:
    """A tour without a step."""


async def refused() -> None:
    raise ConfigurationError.single("f", "said")


async def interrupted() -> None:
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.Event().wait()


def cannot() -> None:
    raise ConfigurationError.single("envoy", "is not there")


async def test_a_tour_that_comes_to_its_end_stops_the_gate() -> None:
    gate = Gate()
    assert await played(on(gate), nothing)
    assert gate.stopped


async def test_a_tour_that_breaks_stops_the_gate() -> None:
    gate = Gate()
    with pytest.raises(ConfigurationError, match="said"):
        await played(on(gate), refused)
    assert gate.stopped


async def test_ctrl_c_ends_the_tour_and_then_the_gate() -> None:
    gate = Gate()
    assert not await played(on(gate), interrupted)
    assert gate.stopped


async def test_a_gate_that_cannot_start_says_why() -> None:
    with pytest.raises(ConfigurationError, match="is not there"):
        await played(on(Gate(cannot)), nothing)


async def test_a_gate_that_was_stopped_while_it_started() -> None:
    assert not await played(on(Gate(lambda: None)), nothing)


async def test_until() -> None:
    asked: list[int] = []

    async def third() -> bool:
        asked.append(1)
        return len(asked) == 3

    async def never() -> bool:
        return False

    assert await until(third, 10)
    assert len(asked) == 3
    assert not await until(never, 0.01)


def test_the_last_thing_a_person_wrote() -> None:
    reminder, words = {"type": "text", "text": "<system-reminder>x"}, {"type": "text", "text": "hello"}
    result = {"type": "tool_result", "tool_use_id": "t", "content": "y"}
    messages = [{"role": "user", "content": [reminder, words]}, {"role": "assistant", "content": "z"}]
    one = Received("POST", "/v1/messages", (), json.dumps({"messages": messages}).encode())
    later = json.dumps({"messages": [{"role": "user", "content": [result]}]}).encode()
    assert last_prompt([one]) == "hello"
    assert last_prompt([one, replace(one, body=later)]) == "hello"
    assert last_prompt([]) == "nothing"
