"""What pages over the record share: which time they are about, filters, and what they say when it cannot be asked."""

import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import TypeVar

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from sidecar.control.web.answers import refused, wants_json
from sidecar.control.web.page import ENVIRONMENT, render
from sidecar.control.web.questions.asking import Away
from sidecar.control.web.questions.figures import VERDICTS, Span
from sidecar.control.web.questions.sessions import Which

HOUR, DAY = 3600, 86_400
LONGEST = 200  # characters of a filter


@dataclass(frozen=True, slots=True)
class Range:
    name: str
    title: str
    pieces: int
    step: int


RANGES = (Range("24h", "24 hours", 24, HOUR), Range("7d", "7 days", 28, 6 * HOUR), Range("30d", "30 days", 30, DAY))
Page = TypeVar("Page")
Handler = Callable[[Page, Request], Awaitable[Response]]


def asks(here: str, title: str) -> Callable[[Handler[Page]], Handler[Page]]:
    """A handler that asks the record: where that cannot be asked, the page says so and stays a page."""

    def around(handler: Handler[Page]) -> Handler[Page]:
        @wraps(handler)
        async def answer(page: Page, request: Request) -> Response:
            try:
                return await handler(page, request)
            except Away as away:
                if wants_json(request):
                    return refused(request, 503, "record_away", str(away))
                return render(request, "away.html", 503, here=here, head=title, away=away)

        return answer

    return around


def chosen(request: Request, usual: str = "24h") -> Range:
    said = request.query_params.get("range", usual)
    return next((one for one in RANGES if one.name == said), RANGES[0])


def span_of(one: Range, now: float) -> Span:
    """Up to the end of this hour: figures are kept by the hour."""
    until = math.ceil(now / HOUR) * HOUR
    return Span(until - one.pieces * one.step, until, one.step)


def which(request: Request) -> Which:
    """As the filters say; what is not understood does not matter."""
    said = request.query_params
    verdict = said.get("verdict")
    return Which(
        verdict=verdict if verdict in VERDICTS else None,
        caller=_text(said.get("caller")),
        connection=_text(said.get("connection")),
        text=_text(said.get("text")),
        since=_day(said.get("since")),
        until=_day(said.get("until"), DAY),
    )


def same(request: Request, **changed: str | int | None) -> str:
    """This address with other values; an empty one is left out."""
    kept = {**dict(request.query_params), **changed}
    return str(request.url.replace(query="").include_query_params(**{k: v for k, v in kept.items() if v})).split(
        request.url.netloc, 1
    )[-1]


def filters(request: Request, names: Sequence[str]) -> Mapping[str, str]:
    return {name: request.query_params.get(name, "")[:LONGEST] for name in names}


def _text(said: str | None) -> str | None:
    return (said or "").strip()[:LONGEST] or None


def _day(said: str | None, later: int = 0) -> float | None:
    try:
        return datetime.fromisoformat(said).replace(tzinfo=UTC).timestamp() + later if said else None
    except ValueError:
        return None


def lasting(seconds: float) -> str:
    """How long something took: 0.8 s, 4.2 s, 3 min 10 s."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < HOUR:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // HOUR} h {whole % HOUR // 60} min"


def count(number: float) -> str:
    return f"{number:,.0f}"


def brief(at: float) -> Markup:
    """A time without its year, in UTC; the title has all of it."""
    when = datetime.fromtimestamp(at, UTC)
    said = Markup('<time datetime="{}" title="{} UTC">{}</time>')
    return said.format(f"{when:%Y-%m-%dT%H:%M:%SZ}", f"{when:%Y-%m-%d %H:%M:%S}", f"{when.day} {when:%b %H:%M:%S}")


ENVIRONMENT.filters.update(lasting=lasting, count=count, brief=brief)
ENVIRONMENT.globals.update(same=same)
