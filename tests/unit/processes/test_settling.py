"""What stands is left alone by the collector, and what comes later is not."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from sidecar.processes.settling import settle


class Ring:
    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_what_stands_is_not_looked_at_again() -> None:
    stands = [Ring() for _ in range(100)]
    settle()
    assert gc.get_freeze_count() >= len(stands)
    assert not any(one is stands[0] for one in gc.get_objects())
    assert gc.get_threshold() == (5_000, 10, 50)


def test_what_comes_later_is_collected() -> None:
    settle(50_000, 20)
    assert gc.get_threshold() == (50_000, 20, 50)
    late = weakref.ref(Ring())
    gc.collect()
    assert late() is None
