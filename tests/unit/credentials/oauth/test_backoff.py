"""After failures nobody is asked for a while, and never for long."""

import pytest

from sidecar.credentials.oauth.backoff import FIRST, LONGEST, Backoff
from sidecar.credentials.oauth.grant import NoToken

WHY = NoToken("away", lasting=False, outcome="unreachable")


def test_ever_later_and_never_for_long() -> None:
    backoff, waits = Backoff(), []
    for _ in range(2000):
        backoff.fails(WHY, 100.0, 1.0)
        low, high = 0.0, 100.0
        for _ in range(12):
            middle = (low + high) / 2
            low, high = (middle, high) if backoff.against(100.0 + middle) else (low, middle)
        waits.append(high)
    assert waits[0] == pytest.approx(FIRST, abs=0.1)
    assert waits[:6] == sorted(waits[:6])
    assert max(waits) == pytest.approx(LONGEST, abs=0.1)


def test_not_all_at_once() -> None:
    early, late = Backoff(), Backoff()
    early.fails(WHY, 0.0, 0.0)
    late.fails(WHY, 0.0, 1.0)
    assert early.against(FIRST * 0.75) is None
    assert late.against(FIRST * 0.75) is WHY


def test_success_forgets() -> None:
    backoff = Backoff()
    backoff.fails(WHY, 0.0, 1.0)
    backoff.heals()
    assert backoff.against(0.0) is None
