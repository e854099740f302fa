"""Numbers of a machine that others use too: repeated, interleaved, and told as medians.

Rules:
- What is compared runs in turns (A B, B A, A B, ...), so that a busy minute falls on both.
- A ratio is the median of the ratios of the pairs, not the ratio of two medians of different minutes.
"""

import gc
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from time import process_time
from typing import TypeVar

from sidecar.processes.settling import settle

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scale:
    """`small`: just enough to see that a benchmark still runs. Its figures are not for quoting."""

    small: bool = False

    def pick(self, full: T, small: T) -> T:
        return small if self.small else full


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of all stays below, by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(values: Sequence[float], digits: int = 1) -> dict[str, float]:
    """Median and tails."""
    shares = {"p50": 0.50, "p90": 0.90, "p99": 0.99}
    return {name: round(quantile(values, share), digits) for name, share in shares.items()}


def middle(values: Sequence[float], digits: int = 2) -> float:
    return round(median(values), digits)


async def in_turns(
    rounds: int, one: Callable[[], Awaitable[T]], other: Callable[[], Awaitable[T]]
) -> list[tuple[T, T]]:
    """Pairs of results, each pair measured one right after the other, in alternating order."""
    pairs: list[tuple[T, T]] = []
    for number in range(rounds):
        if number % 2:
            second, first = await other(), await one()
        else:
            first, second = await one(), await other()
        pairs.append((first, second))
    return pairs


def cpu(work: Callable[[], object]) -> float:
    """Seconds of this process's CPU that some work takes."""
    began = process_time()
    work()
    return process_time() - began


@contextmanager
def settled() -> Iterator[None]:
    """Collected as seldom as in a data plane that runs."""
    before = gc.get_threshold()
    settle()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
