"""The first page: how much passed, what was stopped, masked or held, what it cost, and how fast it was."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sidecar.control.web import charts
from sidecar.control.web.charts import Axis, Chart, compact, milliseconds, money
from sidecar.control.web.page import render
from sidecar.control.web.pages.asked import RANGES, asks, chosen, lasting, span_of
from sidecar.control.web.questions.asking import Questions
from sidecar.control.web.questions.figures import VERDICTS, Overview

TONES = {name: f"v-{name}" for name in VERDICTS}
NAMES = {"allow": "Passed", "mask": "Masked", "hold": "Held", "deny": "Denied"}
NO_PRICES = "No model that was called has a price: set record.prices."


@dataclass(frozen=True, slots=True)
class Tile:
    label: str
    value: str
    note: str
    spark: str
    link: str | None = None


class OverviewPage:
    def __init__(self, questions: Questions, clock: Callable[[], float]) -> None:
        self._questions = questions
        self._clock = clock

    def routes(self) -> list[Route]:
        return [Route("/", self.page, methods=["GET"])]

    @asks("overview", "Overview")
    async def page(self, request: Request) -> Response:
        one = chosen(request)
        found = await self._questions.overview(span_of(one, self._clock()))
        values = {
            "spans": RANGES,
            "chosen": one,
            "found": found,
            "tiles": tiles(found),
            "charts": drawn(found) if found.calls else [],
            "masked": charts.by_name("Masked by kind", _pairs(found, "masked"), "v-mask"),
            "rules": charts.by_name("Rules that stopped calls", _pairs(found, "rules"), "v-deny"),
            "callers": charts.by_name("Callers", _pairs(found, "callers"), "c1"),
        }
        return render(request, "overview.html", here="overview", **values)


def tiles(found: Overview) -> list[Tile]:
    sums = [sum(row[n] for row in found.verdicts.values()) for n in range(len(found.span.moments))]
    spend = [sum(row[n] for row in found.spend.values()) for n in range(len(found.span.moments))]
    share = f"{100 * found.of('deny') / found.calls:.1f} % of all calls" if found.calls else "none"
    hold = found.holds
    return [
        Tile("Calls", f"{found.calls:,}", _change(found), charts.sparkline(sums, "c1", "Calls"), "/live"),
        Tile("Denied", f"{found.of('deny'):,}", share, _spark(found, "deny"), "/sessions?verdict=deny"),
        Tile("Masked", f"{found.of('mask'):,}", "calls with something taken out", _spark(found, "mask"),
             "/sessions?verdict=mask"),
        Tile("Held for people", f"{hold.asked:,}",
             f"decided in {lasting(hold.median)} (median)" if hold.median is not None else "nothing was decided",
             charts.sparkline(found.hold_counts, "v-hold", "Held"), "/sessions?verdict=hold"),
        Tile("Spend", money(found.cost) if _priced(found) else "no prices", f"{compact(found.tokens)} tokens",
             charts.sparkline(spend, "c1", "Spend")),
        Tile("People and agents", f"{found.people:,}", "names that called", "", None),
    ]  # fmt: skip


def drawn(found: Overview) -> list[Chart]:
    axis = Axis(found.span.moments, found.span.step)
    verdicts = {NAMES[name]: row for name, row in found.verdicts.items()}
    tones = {NAMES[name]: tone for name, tone in TONES.items()}
    stopped = {name: row for name, row in verdicts.items() if name != "Passed"}
    latency = {f"{name}: {_shown(found, f'gate {name}')}": row for name, row in found.latency.items()}
    holds = {"Median time to decide": found.hold_seconds}
    spend = charts.areas("Spend by model", axis, charts.rows_of(found.spend), money)
    return [
        charts.stacked("Calls by verdict", axis, charts.rows_of(verdicts, tones)),
        charts.stacked("Masked, held and denied", axis, charts.rows_of(stopped, tones)),
        spend if _priced(found) else replace(spend, nothing=NO_PRICES),
        charts.lines("What the gate adds to a call", axis, charts.rows_of(latency), milliseconds, totals=False),
        charts.stacked("Held for people", axis, charts.rows_of({"Held": found.hold_counts}, {"Held": "v-hold"})),
        charts.lines("How long people took", axis, charts.rows_of(holds), charts.waiting, totals=False),
    ]


def _priced(found: Overview) -> bool:
    return found.cost > 0 or not found.tokens


def _spark(found: Overview, verdict: str) -> str:
    return charts.sparkline(found.verdicts[verdict], TONES[verdict], NAMES[verdict])


def _shown(found: Overview, name: str) -> str:
    value = found.percentiles.get(name)
    return milliseconds(value) if value is not None else "nothing"


def _change(found: Overview) -> str:
    if not found.before:
        return "nothing in the time before"
    change = 100 * (found.calls - found.before) / found.before
    return f"{change:+.0f} % against the time before" if abs(change) < 1000 else "many times the time before"


def _pairs(found: Overview, name: str) -> list[tuple[str, float]]:
    return [(one.name, float(one.count)) for one in getattr(found, name)]
