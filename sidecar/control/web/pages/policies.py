"""Policies: what is in force, which rules act and which would, and what they make of a pasted request."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sidecar.control.web import charts
from sidecar.control.web.charts import Axis, Row
from sidecar.control.web.page import render
from sidecar.control.web.pages.asked import RANGES, chosen, span_of
from sidecar.control.web.questions.asking import Away, NotReadable, Questions
from sidecar.control.web.questions.figures import Policies, RuleHits
from sidecar.control.web.questions.rehearsed import Asker, Explained

LARGEST = 4 << 20  # a request of an agent is 43 KB; one with pictures is more
DRAWN = 6


class PoliciesPage:
    def __init__(self, questions: Questions, clock: Callable[[], float]) -> None:
        self._questions = questions
        self._clock = clock

    def routes(self) -> list[Route]:
        return [
            Route("/policies", self.page, methods=["GET"]),
            Route("/policies/explain", self.explain, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        return await self._page(request, {"subject": "", "groups": "", "connection": "claude", "body": ""})

    async def explain(self, request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=6, max_part_size=LARGEST)
        said = {name: str(form.get(name) or "") for name in ("subject", "groups", "connection", "body")}
        groups = tuple(filter(None, (one.strip() for one in said["groups"].split(","))))
        asker = Asker(
            said["subject"].strip() or "someone", groups, said["connection"].strip() or "claude", "/v1/messages"
        )
        if not said["body"].strip():
            return await self._page(
                request, said, wrong="Paste a request, or just what somebody would say.", status=400
            )
        try:
            found = await self._questions.explain(asker, said["body"].encode())
        except NotReadable as unread:
            return await self._page(request, said, wrong=str(unread), status=400)
        return await self._page(request, said, explained=found)

    async def _page(
        self,
        request: Request,
        said: dict[str, str],
        *,
        explained: Explained | None = None,
        wrong: str | None = None,
        status: int = 200,
    ) -> Response:
        """The record may be away: an explanation does not need it."""
        one = chosen(request, "7d")
        found: Policies | None = None
        away: Away | None = None
        try:
            found = await self._questions.policies(span_of(one, self._clock()))
        except Away as error:
            away = error
        values = {
            "spans": RANGES,
            "chosen": one,
            "found": found,
            "away": away,
            "chart_of": drawn(found) if found else None,
            "rules": [(rule, _spark(rule)) for rule in found.rules] if found else [],
            "said": said,
            "explained": explained,
            "wrong": wrong,
        }
        return render(request, "policies.html", status, here="policies", **values)


def drawn(found: Policies) -> charts.Chart:
    """The rules that acted most, one colour each."""
    acting = [rule for rule in found.rules if sum(rule.hits)][:DRAWN]
    rows = [Row(rule.rule, f"c{n + 1}", rule.hits) for n, rule in enumerate(acting)]
    return charts.stacked("Calls in which a rule acted", Axis(found.span.moments, found.span.step), rows)


def _spark(rule: RuleHits) -> str:
    both = [hit + near for hit, near in zip(rule.hits, rule.near, strict=True)]
    return charts.sparkline(both, "v-hold" if not sum(rule.hits) else "c1", f"{rule.rule} over time")
