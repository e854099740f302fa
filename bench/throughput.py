"""Governed throughput against plain Envoy: the same requests to the same upstream, in turns.

`busy` says how much of one core each process had: the one near 1.0 is what limits.
"""

import asyncio

from bench.rig.drive import CONNECTIONS, TURNS, Run, growing, run, small, upstream
from bench.rig.gate import Gate
from bench.rig.measure import Scale, in_turns, middle

KINDS = {"small_request": small, f"agent_session_of_{TURNS}_turns": growing}


def measure(scale: Scale, gate: Gate) -> dict[str, object]:
    return {"connections": CONNECTIONS, **asyncio.run(_all(scale, gate))}


async def _all(scale: Scale, gate: Gate) -> dict[str, object]:
    rounds, seconds = scale.pick((5, 4.0), (1, 0.5))
    figures: dict[str, object] = {}
    async with upstream(gate):
        for name, kind in KINDS.items():
            await run(gate, True, kind(gate), seconds / 4)
            pairs = await in_turns(
                rounds,
                lambda k=kind: run(gate, True, k(gate), seconds),
                lambda k=kind: run(gate, False, k(gate), seconds),
            )
            figures[name] = _figures(pairs)
    return figures


def _figures(pairs: list[tuple[Run, Run]]) -> dict[str, object]:
    governed, plain = [one for one, _ in pairs], [other for _, other in pairs]
    return {
        "governed_per_second": middle([one.load.per_second for one in governed], 1),
        "plain_per_second": middle([one.load.per_second for one in plain], 1),
        "ratio": middle([one.load.per_second / other.load.per_second for one, other in pairs], 4),
        "cpu_us_per_exchange": {
            "data_plane": middle([one.per_exchange_us("data_plane") for one in governed], 0),
            "envoy_governed": middle([one.per_exchange_us("envoy") for one in governed], 0),
            "envoy_plain": middle([one.per_exchange_us("envoy") for one in plain], 0),
        },
        "busy": {
            "governed": {name: middle([one.busy(name) for one in governed]) for name in governed[0].cpu},
            "plain": {name: middle([one.busy(name) for one in plain]) for name in plain[0].cpu},
        },
    }
