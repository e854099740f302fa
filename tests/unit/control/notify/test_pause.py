"""How long a try waits."""

import pytest

from sidecar.control.notify.pause import FIRST, LONGEST, pause

WAITS = ((1, 5.0), (2, 10.0), (3, 20.0), (8, 640.0), (11, 3600.0), (5_000, 3600.0))


@pytest.mark.parametrize(("tries", "seconds"), WAITS)
def test_twice_as_long_up_to_an_hour(tries: int, seconds: float) -> None:
    assert pause(tries, 0.5) == seconds


def test_spread_over_half_of_it() -> None:
    assert (pause(1, 0.0), pause(1, 1.0)) == (FIRST * 0.75, FIRST * 1.25)
    assert pause(99, 1.0) <= LONGEST * 1.25


def test_a_day_takes_some_thirty_tries() -> None:
    at, tries = 0.0, 0
    while at < 86_400:
        tries += 1
        at += pause(tries, 0.5)
    assert 25 < tries < 40
