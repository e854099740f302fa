"""Where the time of one agent's exchange goes: the functions of the core with the most time of their own.

Strategy: cProfile around exchanges in this process, the request and the streamed answer apart. A profile makes calls of
Python dearer than they are, so this says where to look, not what would be won: measure that with `cost` and `turns`.
`python -m bench.hotspots` prints the data plane as a process too, with gRPC and the loop in it.
"""

import asyncio
import cProfile
import pstats
import sys
import tempfile
import time
from pathlib import Path

from bench.rig import traffic
from bench.rig.drive import TURNS, growing, run, upstream
from bench.rig.exchanges import answered, asked, warm_gate
from bench.rig.gate import Gate, started
from bench.rig.measure import Scale
from sidecar.core.exchange.gate import Gate as Core

MOST = 20


def measure(scale: Scale) -> dict[str, object]:
    core, sessions = warm_gate(), scale.pick(20, 1)
    _sessions(core, ["warm-up"], cProfile.Profile(), cProfile.Profile())
    request, answer = cProfile.Profile(time.process_time), cProfile.Profile(time.process_time)
    _sessions(core, [f"s-{number}" for number in range(sessions)], request, answer)
    exchanges = sessions * TURNS
    return {"exchanges": exchanges, "request": _top(request, exchanges), "answer": _top(answer, exchanges)}


def _sessions(core: Core, names: list[str], request: cProfile.Profile, answer: cProfile.Profile) -> None:
    bodies = [traffic.agent_turn(turn) for turn in range(1, TURNS + 1)]
    answers = [traffic.streamed(turn) for turn in range(1, TURNS + 1)]
    for name in names:
        for body, pieces in zip(bodies, answers, strict=True):
            exchange = request.runcall(asked, core, body, name)
            answer.runcall(answered, exchange, pieces)


def _top(profile: cProfile.Profile, exchanges: int) -> list[dict[str, object]]:
    """The most expensive by their own time, in microseconds and calls for each exchange."""
    rows = [
        (own, whole, calls, f"{Path(file).name}:{line} {name}" if line else name)
        for (file, line, name), (_, calls, own, whole, _) in pstats.Stats(profile).stats.items()  # type: ignore[attr-defined]
    ]
    return [
        {
            "function": function,
            "own_us": round(own / exchanges * 1e6, 1),
            "whole_us": round(whole / exchanges * 1e6, 1),
            "calls": round(calls / exchanges, 1),
        }
        for own, whole, calls, function in sorted(rows, reverse=True)[:MOST]
    ]


def process(exchanges: int) -> None:
    """Print the profile of the serving thread of a whole data plane."""
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder) / "profile"
        with started(Path(folder), profile) as gate:
            asyncio.run(_drive(gate, exchanges))
        pstats.Stats(str(profile), stream=sys.stdout).strip_dirs().sort_stats("tottime").print_stats(2 * MOST)


async def _drive(gate: Gate, exchanges: int) -> None:
    async with upstream(gate):
        await run(gate, True, growing(gate), seconds=600.0, connections=4, most=exchanges)


if __name__ == "__main__":
    process(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
