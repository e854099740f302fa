"""How much one session may use, and what is said when it has.

Rules:
- What a session may still ask is judged when it asks, what it may still call when the model calls it.
- A used-up session stays used up: it is refused without a time to try again, and told to begin a new one. After too
  many denials people are asked instead: something is wrong that a person should see.
- A limit on a tool counts calls whose tool is not known by name any more, too.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sidecar.core.errors import Code, Refused
from sidecar.core.model.action import Action, DenyAs
from sidecar.core.model.finding import Verdict
from sidecar.core.model.hold import Terms
from sidecar.core.model.session_use import SessionUse
from sidecar.core.policy.pattern import Globs

MILLION = 1_000_000
# For how long a reviewer may let a session with many denials go on.
REUSE = 3600.0


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for a million tokens of the models that a glob fits."""

    models: str
    input: float
    output: float
    cached: float


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """None: no limit. `tools`: globs of names, each with the most calls."""

    requests: int | None = None
    tool_calls: int | None = None
    tools: tuple[tuple[str, int], ...] = ()
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: float | None = None
    duration: float | None = None
    hosts: int | None = None
    denials: int | None = None
    prices: tuple[Price, ...] = ()


NO_LIMITS = SessionLimits()


def strictest_of(several: Sequence[SessionLimits]) -> SessionLimits:
    """The smaller of each number; all limits on tools; all prices."""
    return SessionLimits(
        _least(one.requests for one in several),
        _least(one.tool_calls for one in several),
        tuple(dict.fromkeys(tool for one in several for tool in one.tools)),
        _least(one.input_tokens for one in several),
        _least(one.output_tokens for one in several),
        min((one.cost for one in several if one.cost is not None), default=None),
        min((one.duration for one in several if one.duration is not None), default=None),
        _least(one.hosts for one in several),
        _least(one.denials for one in several),
        tuple(dict.fromkeys(price for one in several for price in one.prices)),
    )


def _least(numbers: Iterable[int | None]) -> int | None:
    return min((number for number in numbers if number is not None), default=None)


def cost_of(use: SessionUse, prices: Sequence[Price]) -> float:
    """In dollars. A model without a price, or one too many to know, costs what the dearest does."""
    return sum(_cost(name, tokens, prices) for name, tokens in use.models)


def _cost(model: str, tokens: tuple[int, int, int], prices: Sequence[Price]) -> float:
    fitting = [one for one in prices if model and Globs((one.models,), any_case=True).fits(model)] or prices
    each = ((one.input * tokens[0] + one.output * tokens[1] + one.cached * tokens[2]) / MILLION for one in fitting)
    return max(each, default=0.0)


def used_up(use: SessionUse, limits: SessionLimits, at: float) -> Refused | None:
    """Why a session may ask no more; nothing while it may."""
    tokens = [tokens for _, tokens in use.models]
    spent = (
        ("requests", use.requests, limits.requests, "{} requests"),
        ("input_tokens", sum(one[0] + one[2] for one in tokens), limits.input_tokens, "{} input tokens"),
        ("output_tokens", sum(one[1] for one in tokens), limits.output_tokens, "{} output tokens"),
        ("cost", cost_of(use, limits.prices), limits.cost, "{} dollars"),
        ("duration", at - use.began if use.began is not None else 0.0, limits.duration, "{} seconds"),
    )
    for name, amount, limit, says in spent:
        if limit is not None and (amount >= limit if use.began is not None else limit <= 0):
            return _refused(name, says.format(f"{limit:g}" if isinstance(limit, float) else limit))
    return None


def _refused(name: str, what: str) -> Refused:
    return Refused(
        429,
        Code.RATE_LIMIT,
        f"This session has used up what it may at this gate: {what}. Start a new session.",
        rule=f"limits.session.{name}",
        headers={"x-should-retry": "false"},
    )


def too_many_denials(use: SessionUse, limits: SessionLimits) -> Verdict | None:
    """The question to people; nothing while there were few."""
    if limits.denials is None or use.denied < limits.denials:
        return None
    say = f"{use.denied} requests or tool calls of this session were denied, so people have to look at it first."
    return Verdict(Action.HOLD, "limits.session.denials", None, say, DenyAs.ERROR, Terms(reuse=REUSE))


def over_calls(use: SessionUse, limits: SessionLimits, tool: str, hosts: Collection[str]) -> Iterator[Verdict]:
    """A denial for each limit that one more call of this tool would exceed."""
    if limits.tool_calls is not None and use.calls >= limits.tool_calls:
        yield _denied("tool_calls", f"This session has made the {limits.tool_calls} tool calls it may.")
    for glob, most in limits.tools:
        pattern = Globs((glob,))
        made = sum(count for name, count in use.tools if not name or pattern.fits(name))
        if pattern.fits(tool) and made >= most:
            yield _denied("tools", f"This session has called {glob} the {most} times it may.")
    if limits.hosts is not None and hosts and len(use.with_hosts(hosts)) > limits.hosts:
        yield _denied("hosts", f"This session has met the {limits.hosts} hosts it may.")


def _denied(name: str, say: str) -> Verdict:
    return Verdict(Action.DENY, f"limits.session.{name}", None, say, DenyAs.TOOL)
