"""Python CPU of the data plane for one exchange of an agent: user and system time of that process alone.

`cold`: every request is the first of its session, so all 42 KB are scanned. `warm`: the very same requests as turns of
sessions, so that only what is new is. Every answer is a stream of about 40 events that comes in one piece.
"""

import asyncio

from bench.rig import traffic
from bench.rig.client import Requests
from bench.rig.drive import TURNS, growing, run, small, unrelated, upstream
from bench.rig.gate import Gate
from bench.rig.measure import Scale, in_turns, middle


def measure(scale: Scale, gate: Gate) -> dict[str, object]:
    return asyncio.run(_all(scale, gate))


async def _all(scale: Scale, gate: Gate) -> dict[str, object]:
    rounds, most = scale.pick((7, 40 * TURNS), (1, 2 * TURNS))

    async def milliseconds(requests: Requests, most: int) -> float:
        done = await run(gate, True, requests, seconds=60.0, connections=1, most=most)
        return done.per_exchange_us("data_plane") / 1000

    async with upstream(gate):
        await milliseconds(growing(gate), most)
        pairs = await in_turns(
            rounds, lambda: milliseconds(unrelated(gate), most), lambda: milliseconds(growing(gate), most)
        )
        short = [await milliseconds(small(gate), most) for _ in range(rounds)]
    sizes = [len(traffic.agent_turn(turn)) for turn in range(1, TURNS + 1)]
    return {
        "request_bytes": {"smallest": min(sizes), "average": sum(sizes) // TURNS, "largest": max(sizes)},
        "answer_events": len(traffic.streamed(1)),
        "cold_ms": middle([cold for cold, _ in pairs], 3),
        "warm_ms": middle([warm for _, warm in pairs], 3),
        "warm_to_cold": middle([warm / cold for cold, warm in pairs], 3),
        "small_request_ms": middle(short, 3),
    }
