"""What a caller may use in a minute and in a day."""

from collections import deque
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.errors import Code, Refused
from sidecar.core.policy.limits import DAY, NO_LIMITS, Ledger, Limits, strictest
from sidecar.core.policy.session_limits import Price, SessionLimits

NOON = 20_000 * DAY + DAY / 2
TWO = Limits(requests_per_minute=2)


def told(refused: Refused | None) -> tuple[str | None, str | None]:
    return (refused.rule, refused.headers["retry-after"]) if refused else (None, None)


def test_a_refusal_is_one_that_every_client_understands() -> None:
    ledger = Ledger()
    ledger.admit("ada", TWO, NOON)
    ledger.admit("ada", TWO, NOON)
    refused = ledger.admit("ada", TWO, NOON + 10)
    assert refused is not None
    assert (refused.status, refused.code, refused.rule) == (429, Code.RATE_LIMIT, "limits.requests_per_minute")
    assert refused.headers["retry-after"] == "51"
    assert "2 requests a minute" in refused.message


@pytest.mark.parametrize(
    ("times", "at", "expected", "note"),
    [
        ([], 0, None, "the first"),
        ([0], 0, None, "the second"),
        ([0, 0], 0, "61", "the third has to wait for the whole second to be over"),
        ([0, 30], 59, "2", "until the oldest is over"),
        ([0, 30], 60, "1", "a minute later the second it fell into still counts"),
        ([0, 30], 61, None, "then it is over"),
        ([0, 30], 1000, None, "long after"),
        ([100, 100], 90, "61", "a clock set back a little frees nobody"),
        ([5000, 5000], 0, None, "a clock set back a lot locks nobody out"),
    ],
)
def test_requests_in_a_minute(times: list[float], at: float, expected: str | None, note: str) -> None:
    ledger = Ledger()
    for time in times:
        assert ledger.admit("ada", TWO, NOON + time) is None
    assert told(ledger.check("ada", TWO, NOON + at))[1] == expected, note
    assert told(ledger.admit("ada", TWO, NOON + at))[1] == expected, note


def test_a_check_counts_nothing_and_callers_are_apart() -> None:
    ledger = Ledger()
    for _ in range(5):
        assert ledger.check("ada", TWO, NOON) is None
        assert ledger.admit("bob", NO_LIMITS, NOON) is None
    assert ledger.admit("ada", TWO, NOON) is None
    assert ledger.check("bob", TWO, NOON) is not None, "what ran without a limit counts when one comes"


@pytest.mark.parametrize(
    ("limits", "spent", "at", "expected", "note"),
    [
        (Limits(output_tokens_per_day=100), (1000, 99), 0, (None, None), "below"),
        (Limits(output_tokens_per_day=100), (0, 100), 0, ("limits.output_tokens_per_day", "43200"), "reached at noon"),
        (Limits(input_tokens_per_day=100), (101, 0), 0.5, ("limits.input_tokens_per_day", "43200"), "input"),
        (Limits(input_tokens_per_day=100), (101, 0), DAY / 2, (None, None), "the next UTC day"),
        (NO_LIMITS, (10**9, 10**9), 0, (None, None), "no limit"),
        (Limits(output_tokens_per_day=1), (0, -5), 0, (None, None), "nonsense from an upstream earns nothing"),
    ],
)
def test_tokens_in_a_day(
    limits: Limits, spent: tuple[int, int], at: float, expected: tuple[str | None, str | None], note: str
) -> None:
    ledger = Ledger()
    ledger.spend("ada", *spent, NOON)
    assert told(ledger.admit("ada", limits, NOON + at)) == expected, note


def test_the_ledger_is_bounded() -> None:
    ledger = Ledger(max_callers=2)
    for caller in ("ada", "bob", "ada", "eve"):
        ledger.spend(caller, 5, 5, NOON)
    limits = Limits(input_tokens_per_day=5)
    refused = [ledger.check(caller, limits, NOON) is not None for caller in ("ada", "eve", "bob")]
    assert refused == [True, True, False], "the least recently seen is forgotten"


@pytest.mark.parametrize(
    ("several", "expected", "note"),
    [
        ([], NO_LIMITS, "none"),
        ([Limits(max_tokens=3), Limits(max_tokens=2), NO_LIMITS], Limits(max_tokens=2), "the smaller"),
        ([Limits((("a",),)), Limits((("b",),)), Limits((("a",),))], Limits((("a",), ("b",))), "all lists of models"),
    ],
)
def test_limits_of_several_policies(several: list[Limits], expected: Limits, note: str) -> None:
    assert strictest(several) == expected, note


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0, 25), min_size=1, max_size=80), st.integers(1, 5))
def test_no_minute_ever_holds_more(steps: list[float], limit: int) -> None:
    ledger, admitted, now = Ledger(), deque[float](), NOON
    for step in steps:
        now += step
        refused = ledger.admit("ada", Limits(requests_per_minute=limit), now)
        if refused is None:
            admitted.append(now)
        else:
            after = now + int(refused.headers["retry-after"])
            assert ledger.check("ada", Limits(requests_per_minute=limit), after) is None, "retry-after is kept"
            ledger, replay = Ledger(), admitted
            for time in replay:
                ledger.admit("ada", Limits(requests_per_minute=limit), time)
        assert sum(1 for time in admitted if time > now - 60) <= limit


PRICES = SessionLimits(prices=(Price("*", 10.0, 20.0, 1.0),))


def test_dollars_and_requests_of_a_day() -> None:
    limits = Limits(session=PRICES, cost_per_day=1.0, requests_per_day=3)
    ledger = Ledger()
    ledger.spend("ada", 1, 1, NOON, model="m", priced=(50_000, 20_000, 90_000))
    assert ledger.admit("ada", limits, NOON) is None, "99 cents"
    ledger.spend("ada", 1, 1, NOON, model="other", priced=(1_000, 0, 0))
    assert told(ledger.check("ada", limits, NOON)) == ("limits.cost_per_day", str(DAY // 2))
    assert ledger.check("bob", limits, NOON) is None
    for _ in range(2):
        ledger.admit("ada", NO_LIMITS, NOON)
    assert told(ledger.check("ada", replace(limits, cost_per_day=None), NOON))[0] == "limits.requests_per_day"
    assert ledger.check("ada", limits, NOON + DAY) is None, "a new day"


def test_the_smaller_of_two() -> None:
    both = strictest([Limits(cost_per_day=2.0, requests_per_day=1), Limits(cost_per_day=1.5)])
    assert (both.cost_per_day, both.requests_per_day) == (1.5, 1)
