"""`python -m bench [--small] [--into FOLDER] [NAME ...]`: measure, print, and keep as JSON in bench/results/.

Strategy: the benchmarks stand in one table, in the order in which they run. Those that need the whole gate share one;
`memory` starts its own, because an idle gate is one that has served nobody.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

from bench.rig import machine
from bench.rig.gate import Gate, started
from bench.rig.measure import Scale

RESULTS = Path(__file__).parent / "results"
Figures = Mapping[str, object]


class Gates:
    """The gate that the benchmarks share: started when the first one asks."""

    def __init__(self) -> None:
        self._running = ExitStack()
        self._gate: Gate | None = None

    def shared(self) -> Gate:
        return self._gate or self.fresh()

    def fresh(self) -> Gate:
        """Another one in its place."""
        self.close()
        folder = self._running.enter_context(tempfile.TemporaryDirectory(prefix="gatehouse-bench-"))
        self._gate = self._running.enter_context(started(Path(folder)))
        return self._gate

    def close(self) -> None:
        self._running.close()
        self._gate = None


def _alone(name: str) -> Callable[[Scale, Gates], Figures]:
    return lambda scale, _: _module(name).measure(scale)  # type: ignore[attr-defined,no-any-return]


def _through_the_gate(name: str) -> Callable[[Scale, Gates], Figures]:
    return lambda scale, gates: _module(name).measure(scale, gates.shared())  # type: ignore[attr-defined,no-any-return]


def _with_fresh_gates(name: str) -> Callable[[Scale, Gates], Figures]:
    return lambda scale, gates: _module(name).measure(scale, gates.fresh)  # type: ignore[attr-defined,no-any-return]


def _of_one_size(name: str) -> Callable[[Scale, Gates], Figures]:
    return lambda _scale, _gates: _module(name).run()  # type: ignore[attr-defined,no-any-return]


def _module(name: str) -> object:
    """Loaded when it is its turn: one that was not asked for costs nothing."""
    return import_module(f"bench.{name}")


BENCHMARKS: Mapping[str, Callable[[Scale, Gates], Figures]] = {
    "memory": _with_fresh_gates("memory"),
    "throughput": _through_the_gate("throughput"),
    "cost": _through_the_gate("cost"),
    "latency": _through_the_gate("latency"),
    "deltas": _through_the_gate("deltas"),
    "scan": _of_one_size("scan"),
    "holding": _alone("holding"),
    "hold": _alone("hold"),
    "scale": _alone("scale"),
    "turns": _alone("turns"),
    "tool_calls": _alone("tool_calls"),
    "mask_lines": _alone("mask_lines"),
    "hotspots": _alone("hotspots"),
    "understand_sql": _alone("understand_sql"),
    "understand": _alone("understand"),
    "spool": _alone("spool"),
    "transcript": _alone("transcript"),
    "shipper": _alone("shipper"),
    "away": _alone("away"),
    "verify": _alone("verify"),
    "reports": _alone("reports"),
    "console": _alone("console"),
    "admission": _alone("admission"),
    "wire": _of_one_size("wire"),
    "extproc": _alone("extproc"),
}


def main() -> int:
    arguments = _arguments()
    scale = Scale(arguments.small)
    arguments.into.mkdir(parents=True, exist_ok=True)
    gates = Gates()
    try:
        for name in arguments.names or BENCHMARKS:
            result = _measured(name, scale, gates)
            (arguments.into / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")
            busy = f"{name} (yardstick {result['machine_before']['yardstick_ms']} ms)"
            print("\n".join([busy, *_told(result["figures"], "  ")]), flush=True)
    finally:
        gates.close()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="What Gatehouse costs, measured.")
    known = ", ".join(BENCHMARKS)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these: {known}")
    parser.add_argument("--small", action="store_true", help="only to see that they run; not figures to quote")
    parser.add_argument("--into", type=Path, default=RESULTS, metavar="FOLDER", help="where the JSON files go")
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.names if name not in BENCHMARKS]:
        parser.error(f"unknown: {', '.join(unknown)}; there are {known}")
    return arguments


def _measured(name: str, scale: Scale, gates: Gates) -> dict[str, object]:
    before, began = machine.busyness(), time.monotonic()
    figures = BENCHMARKS[name](scale, gates)
    return {
        "benchmark": name,
        "small": scale.small,
        "seconds": round(time.monotonic() - began, 1),
        "machine_before": before,
        "machine_after": machine.busyness(),
        "machine": machine.described(),
        "figures": figures,
    }


def _told(value: object, indent: str) -> list[str]:
    """Nested figures as indented lines; a row of a table on one line."""
    if not isinstance(value, Mapping):
        return [f"{indent}{value}"]
    lines = []
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            flat = not any(isinstance(one, Mapping | list) for one in inner.values())
            told = ["  ".join(f"{key} {one}" for key, one in inner.items())] if flat else []
            lines += [f"{indent}{name}: {told[0]}"] if flat else [f"{indent}{name}", *_told(inner, f"{indent}  ")]
        elif isinstance(inner, list):
            lines += [f"{indent}{name}", *(f"{indent}  {_row(one)}" for one in inner)]
        else:
            lines.append(f"{indent}{name}: {inner}")
    return lines


def _row(one: object) -> str:
    return "  ".join(f"{key} {value}" for key, value in one.items()) if isinstance(one, Mapping) else str(one)


if __name__ == "__main__":
    sys.exit(main())
