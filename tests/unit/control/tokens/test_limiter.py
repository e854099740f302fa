from sidecar.control.tokens.limiter import MOST_ADDRESSES, Limiter
from tests.unit.control.tokens.rig import Clock


def test_a_burst_and_then_its_pace(clock: Clock) -> None:
    limiter = Limiter(clock, burst=3, per_second=2)
    assert [limiter.allows("a") for _ in range(5)] == [True] * 3 + [False] * 2
    assert limiter.allows("b")
    clock.time += 0.5
    assert [limiter.allows("a") for _ in range(2)] == [True, False]
    clock.time += 100
    assert [limiter.allows("a") for _ in range(4)] == [True] * 3 + [False]


def test_a_clock_that_goes_back_gives_nothing(clock: Clock) -> None:
    limiter = Limiter(clock, burst=1, per_second=1)
    assert limiter.allows("a")
    clock.time -= 1000
    assert not limiter.allows("a")


def test_memory_is_bounded(clock: Clock) -> None:
    limiter = Limiter(clock)
    for number in range(MOST_ADDRESSES + 10):
        limiter.allows(str(number))
    assert len(limiter._levels) <= MOST_ADDRESSES
