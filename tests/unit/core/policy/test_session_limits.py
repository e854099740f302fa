"""What a session may use, and what is said when it has."""

from dataclasses import replace

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.core.model.action import Action
from sidecar.core.model.session_use import SessionUse
from sidecar.core.policy.session_limits import (
    NO_LIMITS,
    Price,
    SessionLimits,
    cost_of,
    over_calls,
    strictest_of,
    too_many_denials,
    used_up,
)
from tests.unit.core.policy.samples import book_of

USE = SessionUse().asked(100.0).spent("claude-opus-4", (1000, 500, 200)).called("Bash", ["a.example"])
PRICES = (Price("claude-opus-*", 10.0, 20.0, 1.0), Price("claude-haiku-*", 1.0, 2.0, 1.0))


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        (SessionLimits(requests=1), "requests"),
        (SessionLimits(requests=2), None),
        (SessionLimits(input_tokens=1200), "input_tokens"),
        (SessionLimits(input_tokens=1201), None),
        (SessionLimits(output_tokens=500), "output_tokens"),
        (SessionLimits(duration=60.0), "duration"),
        (SessionLimits(duration=61.0), None),
        (SessionLimits(cost=0.0202, prices=PRICES), "cost"),
        (SessionLimits(cost=0.0203, prices=PRICES), None),
    ],
)
def test_used_up(limits: SessionLimits, name: str | None) -> None:
    refused = used_up(USE, limits, 160.0)
    assert (refused.rule if refused else None) == (f"limits.session.{name}" if name else None)
    if refused:
        assert (refused.status, refused.headers["x-should-retry"]) == (429, "false")
        assert "Start a new session." in refused.message
    assert used_up(SessionUse(), limits, 160.0) is None


def test_what_has_no_price_costs_the_most() -> None:
    assert cost_of(SessionUse().spent("unheard-of", (1_000_000, 0, 0)), PRICES) == 10.0
    assert cost_of(SessionUse().spent("claude-haiku-4", (1_000_000, 0, 0)), PRICES) == 1.0


@pytest.mark.parametrize(
    ("limits", "tool", "hosts", "name"),
    [
        (SessionLimits(tool_calls=1), "Read", [], "tool_calls"),
        (SessionLimits(tool_calls=2), "Read", [], None),
        (SessionLimits(tools=(("B*", 1),)), "Bash", [], "tools"),
        (SessionLimits(tools=(("B*", 1),)), "Read", [], None),
        (SessionLimits(tools=(("*", 1),)), "Read", [], "tools"),
        (SessionLimits(hosts=1), "Web", ["b.example"], "hosts"),
        (SessionLimits(hosts=1), "Web", ["A.example"], None),
        (SessionLimits(hosts=1), "Web", [], None),
    ],
)
def test_calls(limits: SessionLimits, tool: str, hosts: list[str], name: str | None) -> None:
    said = [verdict.rule for verdict in over_calls(USE, limits, tool, hosts)]
    assert said == ([f"limits.session.{name}"] if name else [])


def test_denials_ask_people() -> None:
    limits = SessionLimits(denials=2)
    assert too_many_denials(USE.refused(), limits) is None
    verdict = too_many_denials(USE.refused().refused(), limits)
    assert verdict is not None
    assert (verdict.action, verdict.rule) == (Action.HOLD, "limits.session.denials")


def test_strictest() -> None:
    one = SessionLimits(requests=5, tools=(("a", 1),), cost=2.0, prices=PRICES[:1])
    other = SessionLimits(requests=3, tools=(("b", 2),), duration=60.0, prices=PRICES[1:])
    both = replace(one, requests=3, tools=(("a", 1), ("b", 2)), duration=60.0, prices=PRICES)
    assert strictest_of([one, other]) == both
    assert strictest_of([]) == NO_LIMITS


def test_as_written() -> None:
    text = """
policy: p
limits:
  session: {requests: 10, tools: {Bash: 5}, cost: 2, duration: 2h, hosts: 3, denials: 4}
  prices: {"claude-*": {input: 3, output: 15.5, cached: 0.3}, "*": {input: 15, output: 75}}
"""
    limits = book_of(text).policies[0].limits.session
    assert limits == SessionLimits(
        requests=10,
        tools=(("Bash", 5),),
        cost=2.0,
        duration=7200.0,
        hosts=3,
        denials=4,
        prices=(Price("claude-*", 3.0, 15.5, 0.3), Price("*", 15.0, 75.0, 15.0)),
    )


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ("{cost_per_day: 2}", "limits.cost_per_day: needs to know what models cost"),
        ("{session: {cost: 2}}", "limits.session.cost: needs to know what models cost"),
        ("{session: {duration: 5s}}", "limits.session.duration: expected a duration from 1m"),
        ("{session: {request: 5}}", "limits.session.request: unknown key; did you mean 'requests'?"),
    ],
)
def test_mistakes(limits: str, expected: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        book_of(f"policy: p\nlimits: {limits}\n")
    assert any(one.message.startswith(expected) for one in raised.value.mistakes), raised.value.mistakes
