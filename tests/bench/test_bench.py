"""The benchmarks still run: every one of them, small, as `python -m bench` does; and what they write has its shape.

Rule: no figure is judged here. A machine that runs tests is busy, and says nothing about speed.
"""

import json
import math
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from bench.__main__ import BENCHMARKS
from bench.deltas import arrivals
from bench.rig.measure import Scale, in_turns, quantile
from bench.rig.texts import TEXTS
from bench.rig.traffic import agent_turn, new_bytes
from sidecar.core.detect.catalogue import builtin
from sidecar.core.detect.compiled import Compiled

ROOT = Path(__file__).resolve().parents[2]
Result = Mapping[str, object]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    folder = tmp_path_factory.mktemp("results")
    argv = (sys.executable, "-m", "bench", "--small", "--into", str(folder))
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    assert all(f"\n{name} (yardstick" in f"\n{done.stdout}" for name in BENCHMARKS), done.stdout
    return {file.stem: json.loads(file.read_text()) for file in folder.iterdir()}


def test_every_benchmark_leaves_its_figures_and_where_they_were_measured(results: dict[str, Result]) -> None:
    assert results.keys() == BENCHMARKS.keys()
    for name, result in results.items():
        assert (result["benchmark"], result["small"]) == (name, True)
        assert result["machine"].keys() >= {"date", "cores", "python", "packages", "commit"}
        assert result["machine_before"]["yardstick_ms"] > 0
        assert list(_numbers(result["figures"])), name


def test_figures_are_numbers_and_shares_are_shares(results: dict[str, Result]) -> None:
    for name, result in results.items():
        assert all(math.isfinite(number) for _, number in _numbers(result["figures"])), name
    ratios = [number for key, number in _numbers(results["throughput"]["figures"]) if key == "ratio"]
    assert len(ratios) == 2
    assert all(0 < ratio < 2 for ratio in ratios)


@pytest.mark.parametrize(
    ("benchmark", "figure"),
    [
        ("throughput", ("small_request", "cpu_us_per_exchange", "data_plane")),
        ("throughput", ("agent_session_of_8_turns", "ratio")),
        ("cost", ("cold_ms",)),
        ("cost", ("warm_ms",)),
        ("latency", ("at_10_percent", "p50", "added_ms")),
        ("latency", ("at_50_percent", "p99", "added_ms")),
        ("scan", ("prose", "novel_mb_s")),
        ("deltas", ("added_at_once_ms",)),
        ("holding", ("prose", "four_characters", "held_characters", "p50")),
        ("holding", ("prose", "one_to_five_words", "check_us")),
        ("hold", ("kb_each_in_the_exchange",)),
        ("scale", ("sqlite", "stop_reaches_all", "last_ms")),
        ("turns", ("turn_5", "warm_to_cold")),
        ("memory", ("idle_mb", "resident")),
        ("memory", ("ready_seconds",)),
        ("mask_lines", ("clean", "lines_per_cpu_second")),
        ("console", ("overview, 30 days", "median_ms")),
        ("console", ("sessions", "slowest_ms")),
    ],
)
def test_what_was_asked_for_is_measured(results: dict[str, Result], benchmark: str, figure: tuple[str, ...]) -> None:
    found: object = results[benchmark]["figures"]
    for step in figure:
        found = found[step]
    assert isinstance(found, int | float)


def test_an_unknown_name_is_an_error_that_says_what_there_is() -> None:
    argv = (sys.executable, "-m", "bench", "speed")
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 2
    assert "throughput" in done.stderr


@pytest.mark.parametrize("kind", TEXTS)
def test_ordinary_texts_are_clean_and_the_same_each_time(kind: str) -> None:
    text = TEXTS[kind](20_000, seed=3)
    assert len(text) == 20_000
    assert text == TEXTS[kind](20_000, seed=3)
    assert Compiled(builtin()).scan(text.encode()) == ()


def test_a_turn_is_the_one_before_and_something_new() -> None:
    turns = [agent_turn(number) for number in range(1, 9)]
    assert 40_000 < sum(map(len, turns)) / len(turns) < 45_000
    assert all(later.startswith(earlier.removesuffix(b"]}")) for earlier, later in pairwise(turns))
    assert len(turns[0]) + sum(new_bytes(number) for number in range(2, 9)) == len(turns[7])


def test_an_event_has_arrived_when_its_last_byte_has() -> None:
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    pieces = [(1.0, head + b"5\r\nab"), (2.0, b"cde\r\n2\r\nfg\r"), (3.0, b"\n1\r\nh\r\n0\r\n\r\n")]
    assert arrivals(pieces, [b"ab", b"cd", b"ef", b"g", b"h"]) == [1.0, 2.0, 2.0, 2.0, 3.0]


async def test_pairs_alternate() -> None:
    order: list[str] = []

    async def work(name: str) -> str:
        order.append(name)
        return name

    assert await in_turns(3, lambda: work("a"), lambda: work("b")) == [("a", "b")] * 3
    assert order == ["a", "b", "b", "a", "a", "b"]


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1), (0.5, 3), (0.99, 5), (1.0, 5)])
def test_a_quantile_is_a_value_that_occurred(share: float, expected: float) -> None:
    assert quantile([3, 5, 1, 2, 4], share) == expected


def test_small_picks_small() -> None:
    assert (Scale(small=True).pick(1, 2), Scale().pick(1, 2)) == (2, 1)


def _numbers(value: object, name: str = "") -> Iterator[tuple[str, float]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _numbers(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _numbers(inner, name)
    elif isinstance(value, int | float):
        yield name, value
