"""What the gate adds to the time until the whole answer is there, at 10 % and 50 % of what it can take.

Strategy: capacity is measured first, then requests come at random times at a part of that rate, through the gate and
around it in turns. A latency counts from when the request was due. Timers here are good to a millisecond; that is in
both ways and falls out of the difference, but it stands in each.
"""

import asyncio

from bench.rig.client import open_loop
from bench.rig.drive import growing, run, upstream
from bench.rig.gate import Gate
from bench.rig.measure import Scale, in_turns, middle, quantile

SHARES = {"at_10_percent": 0.1, "at_50_percent": 0.5}


def measure(scale: Scale, gate: Gate) -> dict[str, object]:
    return asyncio.run(_all(scale, gate))


FEW = 10


async def _all(scale: Scale, gate: Gate) -> dict[str, object]:
    rounds, seconds = scale.pick((5, 6.0), (1, 0.4))
    async with upstream(gate):
        runs = [await run(gate, True, growing(gate), seconds / 3) for _ in range(scale.pick(3, 1))]
        capacity = middle([one.load.per_second for one in runs], 1)
        figures: dict[str, object] = {"capacity_per_second": capacity}
        for name, share in SHARES.items():
            figures[name] = await _at(gate, capacity * share, rounds, seconds / (share * 2) ** 0.5)
    return figures


async def _at(gate: Gate, rate: float, rounds: int, seconds: float) -> dict[str, object]:
    """Longer where requests are rarer, so that there are enough of them for the tail, and a few on any machine."""
    seconds = max(seconds, FEW / rate)

    async def milliseconds(port: int) -> list[float]:
        load = await open_loop(port, growing(gate)(0), rate, seconds)
        return [1000 * latency for latency in load.latencies]

    pairs = await in_turns(rounds, lambda: milliseconds(gate.gate), lambda: milliseconds(gate.plain))
    governed = [latency for one, _ in pairs for latency in one]
    plain = [latency for _, other in pairs for latency in other]
    return {
        "per_second": round(rate, 1),
        "requests_each_way": len(governed),
        **{
            name: {
                "governed_ms": round(quantile(governed, share), 2),
                "plain_ms": round(quantile(plain, share), 2),
                "added_ms": round(quantile(governed, share) - quantile(plain, share), 2),
            }
            for name, share in (("p50", 0.5), ("p99", 0.99))
        },
    }
