"""Calls that wait for people, behind the real Envoy."""

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sidecar.core.approval.answer import Answer, Decider, Outcome
from sidecar.core.model.block import Block, Target
from tests.manned import Manned, manned
from tests.polling import until

YES = Answer(Outcome.APPROVED, "t1", (Decider("grace", "company", True, None, 1.0),))
NO = Answer(Outcome.DENIED, "t1", (Decider("grace", "company", False, "not on a Friday", 1.0),))
BLOCK = Block("b1", Target.SUBJECT, "ada", "a leak is suspected", 1.0)
HELD = 3.0


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manned]:
    """Every time-out of Envoy's that could cut a held call is far shorter than the call is held; but for the one that
    bounds silence, which has to be longer than any hold (see `test_no_time_out_is_shorter_than_a_hold`)."""
    with manned(tmp_path_factory.mktemp("held"), upload_timeout=1.0, connect_timeout=1.0) as world:
        yield world


@pytest.fixture
def gate(world: Manned) -> Iterator[Manned]:
    world.people.asked.clear()
    world.people.withdrawn.clear()
    world.record.facts.clear()
    world.people.answers, world.people.patience = (lambda _: None), 540.0
    yield world
    world.stop(None)


def post(gate: Manned, prompt: str, *, timeout: float = 20, **fields: Any) -> httpx.Response:
    body = {"model": "claude-sonnet-4-5", "max_tokens": 50, "messages": [{"role": "user", "content": prompt}], **fields}
    with httpx.Client(base_url=gate.base_url, timeout=timeout) as client:
        return client.post("/v1/messages", json=body, headers=head(gate))


def head(gate: Manned) -> dict[str, str]:
    return {"authorization": f"Bearer {gate.token}", "anthropic-version": "2023-06-01"}


def eventually(holds: Any, within: float = 10) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_call_is_held_and_let_go(gate: Manned) -> None:
    began = time.monotonic()
    gate.people.answers = lambda _: YES if time.monotonic() > began + HELD else None
    answer = post(gate, "please deploy to prod [[say:done]]")
    assert answer.status_code == 200, answer.text
    assert "done" in answer.text
    assert time.monotonic() - began >= HELD
    (asked,) = gate.people.asked
    assert (asked.rule, asked.subject, asked.content[0].marks[0].rule) == ("deploys", "ada", "deploys")
    (answered,) = gate.record.of("answered")
    assert answered["latency"]["human_ms"] > 500 * HELD
    assert answered["latency"]["gate_ms"] < 500 * HELD


def test_a_call_is_denied_with_a_reason(gate: Manned) -> None:
    gate.people.answers = lambda _: NO
    answer = post(gate, "please deploy to live")
    assert (answer.status_code, answer.headers["x-should-retry"]) == (451, "false")
    assert answer.json()["error"]["message"].startswith("Denied by grace: not on a Friday")
    assert not gate.record.of("answered")


def test_who_hangs_up_withdraws(gate: Manned) -> None:
    with pytest.raises(httpx.ReadTimeout):
        post(gate, "please deploy to prod", timeout=1)
    eventually(lambda: bool(gate.people.withdrawn))
    eventually(lambda: bool(gate.record.of("cut")))
    assert gate.record.of("approval_decided")[0]["decision"] == "withdrawn"
    eventually(lambda: gate.server.open == 0)


def test_nobody_decides_in_time_and_the_next_try_finds_the_same_question(gate: Manned) -> None:
    gate.people.patience = 0.2
    answer = post(gate, "please deploy to prod")
    assert (answer.status_code, answer.headers["retry-after"]) == (408, "1")
    gate.people.answers = lambda _: YES
    assert post(gate, "please deploy to prod").status_code == 200
    first, second = gate.people.asked
    assert first.id != second.id
    assert first.fingerprint == second.fingerprint


def test_calls_that_nobody_holds_go_on_meanwhile(gate: Manned) -> None:
    waiting = [
        threading.Thread(target=post, args=(gate, f"deploy to prod {number}"), daemon=True) for number in range(20)
    ]
    for one in waiting:
        one.start()
    eventually(lambda: len(gate.people.asked) == 20)
    assert post(gate, "hello").status_code == 200
    gate.people.answers = lambda _: YES
    for one in waiting:
        one.join(20)
    assert len(gate.record.of("answered")) == 21


class TestStopped:
    def test_while_people_think(self, gate: Manned) -> None:
        answers: list[httpx.Response] = []
        waiting = threading.Thread(target=lambda: answers.append(post(gate, "please deploy to prod")), daemon=True)
        waiting.start()
        eventually(lambda: bool(gate.people.asked))
        began = time.monotonic()
        gate.stop(BLOCK)
        waiting.join(20)
        assert time.monotonic() - began < 2
        assert answers[0].status_code == 451
        assert "a leak is suspected" in answers[0].json()["error"]["message"]
        eventually(lambda: bool(gate.people.withdrawn))
        assert gate.record.of("stopped")[0]["state"] == "holding"

    def test_a_new_call(self, gate: Manned) -> None:
        gate.stop(BLOCK)
        answer = post(gate, "hello")
        assert answer.status_code == 451
        assert gate.record.of("decided")[0]["rule"] == "blocked"
        gate.stop(None)
        assert post(gate, "hello").status_code == 200

    def test_a_stream(self, gate: Manned) -> None:
        """It ends legally, within two seconds, although the upstream goes on."""
        said = "[[pace:0.2]] [[say:" + "one two three four five six seven eight nine ten " * 20 + "]]"
        body = {
            "model": "claude-sonnet-4-5",
            "max_tokens": 50,
            "messages": [{"role": "user", "content": said}],
            "stream": True,
        }
        came = b""
        with (
            httpx.Client(base_url=gate.base_url, timeout=20) as client,
            client.stream("POST", "/v1/messages", json=body, headers=head(gate)) as answer,
        ):
            stopped = 0.0
            for chunk in answer.iter_bytes():
                came += chunk
                if not stopped and b"content_block_delta" in came:
                    stopped = time.monotonic()
                    gate.stop(BLOCK)
        assert stopped
        assert time.monotonic() - stopped < 2
        assert b"event: error" in came
        assert b"a leak is suspected" in came
        assert b"message_stop" not in came
        # Nothing waits for this fact, so the client may have read its end before it is written.
        asyncio.run(until(lambda: bool(gate.record.of("stopped"))))
        assert gate.record.of("stopped")[0]["state"] == "streaming"


def test_no_time_out_is_shorter_than_a_hold(tmp_path: Path) -> None:
    """What is shipped: nothing but the bound on silence counts a held call's time, and that one is longer."""
    from sidecar.core.exchange.holding import PATIENCE
    from sidecar.extproc.bootstrap.spec import BootstrapSpec

    spec = BootstrapSpec(tmp_path / "s", "x", (), ())
    assert spec.idle_timeout > 2 * PATIENCE
