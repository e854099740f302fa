"""What a held call costs: until its ticket is visible, from a decision to the call's release, and while it waits.

Strategy: the control plane is a process of its own, as it is in earnest, and both sides read the machine's monotonic
clock. `visible` ends when the ticket is committed and announced; `release` begins when the reviewer's click reaches the
service, so that it holds the commit, the announcement, the use of the ticket, and the way back. The store is SQLite.

Calls that pass are measured inside this process, exchange by exchange, while 2,000 questions wait on its link and while
none do, in turns: what others wait for is the event loop. The garbage collector is set as the data plane sets it.

What a held call takes is what its exchange keeps, and what its question takes in the link.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from bench.rig import exchanges
from bench.rig.held import kb_each, resident
from bench.rig.measure import Scale, in_turns, middle, quantile, settled, spread
from bench.rig.people import KEY
from bench.rig.traffic import small_request, streamed
from sidecar.control.link.link import Link, Self
from sidecar.core.approval.asked import Asked, Excerpt, What
from sidecar.core.exchange.gate import Gate
from sidecar.core.model.hold import Terms

MOMENT = 0.02  # seconds until somebody says yes
PATIENCE = 600.0


async def _measure(scale: Scale) -> Mapping[str, object]:
    return {
        "one_call": await _one_by_one(scale.pick(200, 5)),
        "kb_each_in_the_exchange": round(await kb_each(scale.pick(1_000, 50)), 2),
        "many": await _many(scale.pick(2_000, 50), scale.pick(6, 1), scale.pick(300, 20)),
    }


def measure(scale: Scale) -> Mapping[str, object]:
    return asyncio.run(_measure(scale))


async def _one_by_one(count: int) -> Mapping[str, object]:
    visible, release = [], []
    async with _people(MOMENT) as (people, link):
        for number in range(count):
            began = time.monotonic()
            await link.approvals.ask(asked(number), PATIENCE)
            ended = time.monotonic()
            said = {}
            while len(said) < 2:
                what, _, at = (await asyncio.to_thread(_line, people)).split()
                said[what] = float(at)
            visible.append(1e3 * (said["opened"] - began))
            release.append(1e3 * (ended - said["decided"]))
    return {"visible_after_ms": spread(visible, 2), "released_after_ms": spread(release, 2), "calls": count}


async def _many(count: int, rounds: int, calls: int) -> Mapping[str, object]:
    gate = exchanges.warm_gate()
    with settled():
        return await _of_many(gate, count, rounds, calls)


async def _of_many(gate: Gate, count: int, rounds: int, calls: int) -> Mapping[str, object]:
    async with _people(0) as (people, link):
        before, theirs = resident("self"), resident(str(people.pid))
        began = time.monotonic()
        waiting: list[asyncio.Task[object]] = []

        async def held() -> float:
            if not waiting:
                waiting.extend(asyncio.create_task(link.approvals.ask(asked(n), PATIENCE)) for n in range(count))
                await _known(link, count)
            return await _passing(gate, calls)

        async def free() -> float:
            for task in waiting:
                task.cancel()
            if waiting:
                await asyncio.wait(waiting)
            waiting.clear()
            return await _passing(gate, calls)

        await free()
        await held()
        filled, seconds = resident("self"), time.monotonic() - began
        at_control = resident(str(people.pid))
        pairs = await in_turns(rounds, held, free)
        await free()
    return {
        "held_at_once": count,
        "kb_each_in_the_link": round((filled - before) / count, 2),
        "control_plane_mb": {"idle": round(theirs / 1024, 1), "holding": round(at_control / 1024, 1)},
        "seconds_until_all_are_asked": round(seconds, 2),
        "p99_of_passing_calls_ratio": middle([one / other for one, other in pairs], 3),
    }


async def _passing(gate: Gate, calls: int) -> float:
    """The 99th percentile of the time that one call takes in the event loop."""
    taken = []
    for _ in range(calls):
        began = time.perf_counter()
        exchange = exchanges.asked(gate, small_request(), "a session")
        await asyncio.sleep(0)
        exchanges.answered(exchange, streamed(1))
        taken.append(time.perf_counter() - began)
    return quantile(taken, 0.99)


async def _known(link: Link, count: int) -> None:
    """All questions have left, and the control plane has had the time to open their tickets."""
    await _until(lambda: link.state.waiting >= count)
    await asyncio.sleep(count * 0.002)


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110  (what is waited for is a number, not an event)
        await asyncio.sleep(0.01)


@asynccontextmanager
async def _people(moment: float) -> "AsyncIterator[tuple[subprocess.Popen[str], Link]]":
    with tempfile.TemporaryDirectory(prefix="gatehouse-bench-") as folder:
        command = (sys.executable, "-m", "bench.rig.people", folder, str(moment))
        people = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220
        try:
            port = int(await asyncio.to_thread(_line, people))
            link = Link(f"127.0.0.1:{port}", Self("gate-1", "1"), key=lambda: KEY)
            await link.start()
            await _until(lambda: link.state.connected)
            yield people, link
            await link.close()
        finally:
            people.kill()
            people.wait()
            if people.stdout:
                people.stdout.close()


def _line(people: "subprocess.Popen[str]") -> str:
    if people.stdout is None:
        raise RuntimeError("the control plane was started without its output")
    return people.stdout.readline()


def asked(number: int) -> Asked:
    text = Excerpt("Prompt", "what would be sent, as people read it " * 10)
    return Asked(
        f"ask_{number}_{time.monotonic()}", f"print_{number}_{time.monotonic()}", "key", What.REQUEST, "gate-1",
        f"gx_{number}", "claude", "dev", "company", ("engineering",), "s1", None, "claude-x", None, "destructive",
        "engineering", "digest", "It destroys data.", Terms(("sre",)), 1.0, (text,), (text,),
    )  # fmt: skip
