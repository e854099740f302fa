"""How much one caller may use, and the ledger of what was used.

Strategy: a minute is counted in buckets of a second, so that a caller costs at most 61 pairs of numbers whatever its
limit; a request counts until the whole second it fell into is a minute ago, so no window of sixty seconds ever holds
more than the limit. A day is a UTC day, and is refused once what was spent reaches the limit: the request that
crosses it still runs, because what it will cost is known only afterwards.

Rules:
- Time is an argument: Unix seconds. A clock that was set back neither frees a caller nor locks one out for long.
- In memory: a restart forgets. Callers are verified subjects, so nobody can push another one out by inventing names.
"""

from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil

from sidecar.core.errors import Code, Refused
from sidecar.core.model.session_use import SessionUse, Tokens
from sidecar.core.policy.session_limits import NO_LIMITS as NO_SESSION_LIMITS
from sidecar.core.policy.session_limits import SessionLimits, cost_of, strictest_of

# About 2 KB for each when busy: 40 MB at the very most. The least recently seen goes first.
MAX_CALLERS = 20_000
MINUTE = 60
DAY = 86_400
NOTHING_YET = SessionUse()


@dataclass(frozen=True, slots=True)
class Limits:
    """None: no limit. Every list in `models` must allow a model."""

    models: tuple[tuple[str, ...], ...] = ()
    prompt_tokens: int | None = None
    max_tokens: int | None = None
    requests_per_minute: int | None = None
    input_tokens_per_day: int | None = None
    output_tokens_per_day: int | None = None
    session: SessionLimits = NO_SESSION_LIMITS
    requests_per_day: int | None = None
    cost_per_day: float | None = None


NO_LIMITS = Limits()


def strictest(several: Sequence[Limits]) -> Limits:
    """The smaller of each number; all of the lists of models."""
    return Limits(
        tuple(dict.fromkeys(models for limits in several for models in limits.models)),
        _least(limits.prompt_tokens for limits in several),
        _least(limits.max_tokens for limits in several),
        _least(limits.requests_per_minute for limits in several),
        _least(limits.input_tokens_per_day for limits in several),
        _least(limits.output_tokens_per_day for limits in several),
        strictest_of([limits.session for limits in several]),
        _least(limits.requests_per_day for limits in several),
        min((limits.cost_per_day for limits in several if limits.cost_per_day is not None), default=None),
    )


def _least(numbers: Iterable[int | None]) -> int | None:
    return min((number for number in numbers if number is not None), default=None)


@dataclass(slots=True)
class _Account:
    seconds: deque[tuple[int, int]] = field(default_factory=deque)  # (second, requests admitted in it), oldest first
    requests: int = 0
    day: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    use: SessionUse = NOTHING_YET  # of the day: requests, and the tokens of each model

    def at(self, now: float) -> int:
        """Let go what is over; the second it is for this account."""
        second = int(now)
        if self.seconds and second < self.seconds[-1][0]:
            if self.seconds[-1][0] - second <= MINUTE:
                second = self.seconds[-1][0]
            else:
                self.seconds.clear()
                self.requests = 0
        while self.seconds and self.seconds[0][0] < second - MINUTE:
            self.requests -= self.seconds.popleft()[1]
        day = int(now // DAY)
        if day != self.day:
            self.day, self.input_tokens, self.output_tokens, self.use = day, 0, 0, NOTHING_YET
        return second

    def count(self, second: int) -> None:
        self.requests += 1
        self.use = self.use.asked(second)
        if self.seconds and self.seconds[-1][0] == second:
            self.seconds[-1] = (second, self.seconds[-1][1] + 1)
        else:
            self.seconds.append((second, 1))


class Ledger:
    """What every caller used lately."""

    def __init__(self, max_callers: int = MAX_CALLERS) -> None:
        self._accounts: OrderedDict[str, _Account] = OrderedDict()
        self._max_callers = max_callers

    def check(self, caller_key: str, limits: Limits, at: float) -> Refused | None:
        """Whether a request could be admitted now, without counting it."""
        account = self._account(caller_key)
        return _over(account, limits, account.at(at), at)

    def admit(self, caller_key: str, limits: Limits, at: float) -> Refused | None:
        """Count a request, or say why it has to wait."""
        account = self._account(caller_key)
        second = account.at(at)
        refused = _over(account, limits, second, at)
        if refused is None:
            account.count(second)
        return refused

    def spend(
        self,
        caller_key: str,
        input_tokens: int,
        output_tokens: int,
        at: float,
        *,
        model: str = "",
        priced: Tokens = (0, 0, 0),
    ) -> None:
        """Count what a request used, as the provider says. `priced`: as it is paid for, with what the cache took."""
        account = self._account(caller_key)
        account.at(at)
        account.use = account.use.spent(model, priced)
        account.input_tokens += max(input_tokens, 0)
        account.output_tokens += max(output_tokens, 0)

    def _account(self, caller_key: str) -> _Account:
        account = self._accounts.setdefault(caller_key, _Account())
        self._accounts.move_to_end(caller_key)
        while len(self._accounts) > self._max_callers:
            self._accounts.popitem(last=False)
        return account


def _over(account: _Account, limits: Limits, second: int, at: float) -> Refused | None:
    minute, tomorrow = limits.requests_per_minute, ceil(DAY - at % DAY)
    if minute is not None and account.requests >= minute:
        return _refused("requests_per_minute", f"{minute} requests a minute", _wait(account, minute, second))
    for name, limit, spent in (
        ("input_tokens_per_day", limits.input_tokens_per_day, account.input_tokens),
        ("output_tokens_per_day", limits.output_tokens_per_day, account.output_tokens),
    ):
        if limit is not None and spent >= limit:
            kind = name.partition("_")[0]
            return _refused(name, f"{limit} {kind} tokens a day (UTC; {spent} are used)", tomorrow)
    if limits.requests_per_day is not None and account.use.requests >= limits.requests_per_day:
        return _refused("requests_per_day", f"{limits.requests_per_day} requests a day (UTC)", tomorrow)
    cost = limits.cost_per_day
    if cost is not None and (spent_today := cost_of(account.use, limits.session.prices)) >= cost:
        return _refused("cost_per_day", f"{cost:g} dollars a day (UTC; {spent_today:.2f} are used)", tomorrow)
    return None


def _wait(account: _Account, limit: int, second: int) -> int:
    """Seconds until enough of what was counted is over."""
    left = account.requests
    for begun, requests in account.seconds:
        left -= requests
        if left < limit:
            return max(1, begun + MINUTE + 1 - second)
    return MINUTE


def _refused(name: str, what: str, wait: int) -> Refused:
    return Refused(
        429,
        Code.RATE_LIMIT,
        f"The limit for you at this gate is {what}. Try again in {wait} s.",
        rule=f"limits.{name}",
        headers={"retry-after": str(wait)},
    )
