"""A data plane that is absent, killed or frozen; an Envoy that drains; calls that stay silent for a while."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait

import httpx
import pytest

from tests.envoy.conftest import Make
from tests.envoy.driver import Driven
from tests.envoy.rig import Rig
from tests.envoy.test_fail_closed import UNAVAILABLE, outcome
from tests.limited import limited


@pytest.fixture(scope="module")
def lonely(make: Make) -> Rig:
    """An Envoy without a data plane. One that a busy machine keeps from a processor for a moment is not yet frozen."""
    return make(plane=False, ping_every=0.2, ping_wait=1)


@pytest.fixture
def process(lonely: Rig) -> Iterator["subprocess.Popen[str]"]:
    yield from started(lonely)


@pytest.fixture
def opening(lonely: Rig) -> Iterator["subprocess.Popen[str]"]:
    yield from started(lonely, "opening")


def started(lonely: Rig, *more: str) -> Iterator["subprocess.Popen[str]"]:
    lonely.upstream.reset()
    argv = [sys.executable, "-m", "tests.envoy.held", str(lonely.envoy.spec.socket), *more]
    with limited(subprocess.Popen(argv, stdout=subprocess.PIPE, text=True), 60) as started:
        assert started.stdout.readline() == "ready\n"
        yield started
        started.kill()


def held(aside: Executor, lonely: Rig, process: "subprocess.Popen[str]") -> "Future[object]":
    """A call that waits in the data plane. It is made again where Envoy gave up a data plane that a busy machine kept
    from answering: that one never heard of the call, and would say nothing of it for ever."""
    assert process.stdout is not None
    said = aside.submit(process.stdout.readline)
    while True:
        called = aside.submit(outcome, lonely)
        wait((called, said), 30, FIRST_COMPLETED)
        if said.done():
            assert said.result() == "holding\n"
            return called
        assert called.result(0) == UNAVAILABLE


def test_absent(lonely: Rig) -> None:
    assert outcome(lonely) == UNAVAILABLE
    # Envoy asks the data plane about its own answers too, so this is no 401: still an error, still nothing sent.
    assert lonely.post(headers={}).status_code == 500
    assert lonely.upstream.requests == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM])
def test_killed_or_frozen_while_it_holds_a_call(lonely: Rig, process: "subprocess.Popen[str]", how: int) -> None:
    with ThreadPoolExecutor() as aside:
        called = held(aside, lonely, process)
        os.kill(process.pid, how)
        assert called.result(20) == UNAVAILABLE
    assert lonely.upstream.requests == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM])
def test_killed_or_frozen_while_a_client_waits_in_an_answer(
    lonely: Rig, opening: "subprocess.Popen[str]", how: int
) -> None:
    with (
        httpx.Client(base_url=lonely.envoy.url, timeout=15) as client,
        client.stream("POST", "/v1/messages", headers=lonely.token, content=b"{}") as answer,
    ):
        parts = answer.iter_bytes()
        assert next(parts) == b": waiting for somebody\n\n"
        os.kill(opening.pid, how)
        with pytest.raises(httpx.RemoteProtocolError):
            next(parts)
    assert lonely.upstream.requests == []


def test_it_works_again_when_a_data_plane_is_back(lonely: Rig, process: "subprocess.Popen[str]") -> None:
    with ThreadPoolExecutor() as aside:
        called = held(aside, lonely, process)
        process.kill()
        assert called.result(20) == UNAVAILABLE


def test_a_gap_shorter_than_the_idle_time_does_not_cut(impatient: Rig) -> None:
    async def gaps(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        for _ in range(4):
            writer.write(b"1\r\nx\r\n")
            await writer.drain()
            await asyncio.sleep(0.2)  # together longer than the half second that this Envoy allows without a byte
        writer.write(b"0\r\n\r\n")

    Driven(impatient)
    impatient.upstream.answer = gaps
    assert impatient.post().content == b"xxxx"


def test_an_upstream_that_says_nothing_is_a_timeout_in_the_end(impatient: Rig) -> None:
    async def never(_: asyncio.StreamWriter) -> None:
        await asyncio.sleep(2)

    Driven(impatient)
    impatient.upstream.answer = never
    assert outcome(impatient) == (504, "timeout_error")


def test_a_drain_lets_an_open_call_finish(make: Make) -> None:
    rig = make(drain=5)

    async def slow(writer: asyncio.StreamWriter) -> None:
        assert rig.envoy.admin("/drain_listeners?graceful&skip_exit", "POST")[0] == 200
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone")

    Driven(rig)
    rig.upstream.answer = slow
    answer = rig.post()
    assert answer.content == b"done"
    assert answer.headers["connection"] == "close"


def test_an_upstream_that_is_not_there(make: Make) -> None:
    rig = make()
    rig.loop.run(rig.upstream.stop())
    Driven(rig)
    assert outcome(rig) == (503, "api_error")
