"""Start-up and memory of the data plane: idle, after 1000 exchanges of agents, and after 1000 more.

`resident` counts pages that other processes share (the interpreter, libraries); `private` is its own.
"""

import asyncio
from collections.abc import Callable

from bench.rig.drive import growing, run, upstream
from bench.rig.gate import Gate
from bench.rig.measure import Scale, middle
from bench.rig.process import memory_mb


def measure(scale: Scale, fresh: Callable[[], Gate]) -> dict[str, object]:
    """`fresh` starts the gate anew."""
    gates = [fresh() for _ in range(scale.pick(2, 0))]
    starts = [(gate.ready_seconds, gate.ready_cpu_seconds) for gate in gates]
    gate = fresh()
    starts.append((gate.ready_seconds, gate.ready_cpu_seconds))
    exchanges = scale.pick(1000, 50)
    return {
        "ready_seconds": middle([seconds for seconds, _ in starts]),
        "ready_cpu_seconds": middle([cpu for _, cpu in starts]),
        "exchanges": exchanges,
        "idle_mb": memory_mb(gate.data_plane),
        **asyncio.run(_used(gate, exchanges)),
    }


async def _used(gate: Gate, exchanges: int) -> dict[str, object]:
    figures: dict[str, object] = {}
    async with upstream(gate):
        for name in ("after_mb", "after_as_many_again_mb"):
            await run(gate, True, growing(gate), seconds=600.0, most=exchanges)
            figures[name] = memory_mb(gate.data_plane)
    return figures
