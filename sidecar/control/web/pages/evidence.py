"""Evidence: is the record whole, where else is it anchored, who signed it, and what does it answer an auditor?"""

from collections.abc import Callable
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sidecar.control.person import Role
from sidecar.control.web import charts
from sidecar.control.web.answers import refused
from sidecar.control.web.api.handlers import asking, looked
from sidecar.control.web.page import ENVIRONMENT, render
from sidecar.control.web.pages.asked import DAY, asks, which
from sidecar.control.web.parts import Parts
from sidecar.control.web.questions.asking import Questions

USUAL = 30 * DAY
PARTS = ("rows", "all")


class EvidencePage:
    def __init__(self, parts: Parts, questions: Questions) -> None:
        self._parts = parts
        self._questions = questions
        self._clock: Callable[[], float] = parts.clock

    def routes(self) -> list[Route]:
        return [
            Route("/evidence", self.page, methods=["GET"]),
            Route("/evidence/verify", self.state, methods=["GET"]),
            Route("/evidence/verify", self.verify, methods=["POST"]),
            Route("/evidence/reports/{report}", self.report, methods=["GET"]),
        ]

    @asks("evidence", "Evidence")
    async def page(self, request: Request) -> Response:
        found, check = await self._questions.evidence(), await self._questions.verification()
        return render(request, "evidence.html", here="evidence", found=found, check=check, now=self._clock())

    async def state(self, request: Request) -> Response:
        """The check alone, for the page to put in place while one runs."""
        check = await self._questions.verification()
        template = ENVIRONMENT.get_template("evidence_check.html")
        may = asking(request).may(Role.AUDITOR)
        return Response(template.render(check=check, now=self._clock(), may=may), media_type="text/html")

    async def verify(self, request: Request) -> Response:
        await looked(self._parts, request, "record", "verify")
        await self._questions.verify(asking(request).named)
        return RedirectResponse("/evidence", 303)

    @asks("evidence", "Report")
    async def report(self, request: Request) -> Response:
        """The page without its rows, which the page asks for itself; or the rows, or both, or a file."""
        name, part = request.path_params["report"], request.query_params.get("part")
        if form := request.query_params.get("form"):
            return await self._file(request, name, form)
        line = await self._questions.report_line(name)
        if line is None:
            return refused(request, 404, "no_such_report", "There is no such report.")
        begin, until, team = self._period(request)
        values = {"line": line, "since": _day(begin), "until": _day(until - 1), "team": team, "found": None}
        if part not in PARTS:
            return render(request, "report.html", here="evidence", **values)
        await looked(self._parts, request, "report", name)
        found = await self._questions.report(name, begin, until, team, _page(request))
        bars = charts.by_name(found.bars_title, found.bars) if found and found.bars else None
        if part == "rows":
            rows = ENVIRONMENT.get_template("report_rows.html").render(request=request, found=found, bars=bars)
            return Response(rows, media_type="text/html")
        return render(request, "report.html", here="evidence", **{**values, "found": found, "bars": bars})

    async def _file(self, request: Request, name: str, form: str) -> Response:
        await looked(self._parts, request, "report", name)
        file = await self._questions.report_as(name, form, *self._period(request))
        if file is None:
            return refused(request, 404, "no_such_report", "There is no such report, or not in this form.")
        headers = {"content-disposition": f'attachment; filename="{file.name}"'}
        return Response(file.body, media_type=file.media, headers=headers)

    def _period(self, request: Request) -> tuple[float, float, str]:
        asked = which(request)
        until = asked.until or self._clock()
        begin = asked.since if asked.since is not None else until - USUAL
        team = request.query_params.get("team", "").strip()
        return (begin, until, team) if begin < until else (until - DAY, until, team)


def _page(request: Request) -> int:
    said = request.query_params.get("page", "")
    return max(1, int(said)) if said.isascii() and said.isdigit() and len(said) < 7 else 1


def _day(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"


ENVIRONMENT.globals.update(auditor_role=Role.AUDITOR)
ENVIRONMENT.filters.update(iso_day=_day)
