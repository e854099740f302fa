"""Agents at work through the gate or around it, and what that cost each process."""

import asyncio
import itertools
import secrets
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bench.rig import traffic
from bench.rig.client import Load, Requests, closed_loop, request
from bench.rig.gate import Gate
from bench.rig.process import cpu_seconds
from bench.rig.upstream import Reply, Upstream

# A session of as many turns is 43 KB a request on average, from 36 to 50.
TURNS = 8
CONNECTIONS = 8
SMALL = "small"


def replies() -> dict[str, Reply]:
    """All that the upstream may be asked for, each answer in one write."""
    made = {f"turn-{turn}": Reply("text/event-stream", traffic.streamed(turn)) for turn in range(1, TURNS + 1)}
    return {SMALL: Reply(traffic.JSON_TYPE, [traffic.small_answer()]), **made}


@asynccontextmanager
async def upstream(gate: Gate, answers: Mapping[str, Reply] | None = None) -> AsyncIterator[Upstream]:
    """The provider behind both ways, in this process."""
    made = Upstream(answers or replies(), gate.upstream)
    await made.start()
    try:
        yield made
    finally:
        made.close()
        await asyncio.sleep(0)


def small(gate: Gate) -> Requests:
    """Short questions, a session for each connection."""
    body = traffic.small_request()
    return lambda _: itertools.repeat(request(body, SMALL, gate.token, secrets.token_hex(8)))


def growing(gate: Gate) -> Requests:
    """Sessions of some turns, one after the other: each turn sends all before again."""
    bodies = [traffic.agent_turn(turn) for turn in range(1, TURNS + 1)]

    def asks(_: int) -> Iterator[bytes]:
        while True:
            session = secrets.token_hex(8)
            for turn, body in enumerate(bodies, 1):
                yield request(body, f"turn-{turn}", gate.token, session)

    return asks


def unrelated(gate: Gate) -> Requests:
    """The same requests, each in a session of its own: nothing of it was ever seen."""
    bodies = [traffic.agent_turn(turn) for turn in range(1, TURNS + 1)]

    def asks(_: int) -> Iterator[bytes]:
        for turn, body in itertools.cycle(enumerate(bodies, 1)):
            yield request(body, f"turn-{turn}", gate.token, secrets.token_hex(8))

    return asks


@dataclass(frozen=True, slots=True)
class Run:
    """`cpu`: seconds that each process used meanwhile."""

    load: Load
    cpu: Mapping[str, float]

    def per_exchange_us(self, process: str) -> float:
        return self.cpu[process] / len(self.load.latencies) * 1e6

    def busy(self, process: str) -> float:
        """Which part of one core it had."""
        return self.cpu[process] / self.load.seconds


async def run(
    gate: Gate, governed: bool, requests: Requests, seconds: float, connections: int = CONNECTIONS, most: int = 100_000
) -> Run:
    """As fast as answers come, through the gate or through the plain Envoy."""
    before = _used(gate, governed)
    load = await closed_loop(gate.gate if governed else gate.plain, requests, connections, seconds, most)
    after = _used(gate, governed)
    return Run(load, {name: after[name] - before[name] for name in after})


def _used(gate: Gate, governed: bool) -> dict[str, float]:
    return {
        "data_plane": cpu_seconds(gate.data_plane),
        "envoy": cpu_seconds(gate.gate_envoy if governed else gate.plain_envoy),
        "load_generator_and_upstream": time.process_time(),
    }
