"""Calls as they happen: the newest on top, more every two seconds."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from sidecar.control.web.page import ENVIRONMENT, render
from sidecar.control.web.pages.asked import asks, filters, which
from sidecar.control.web.questions.asking import Questions
from sidecar.control.web.questions.figures import VERDICTS

FILTERS = ("verdict", "caller", "connection")


class LivePage:
    def __init__(self, questions: Questions, clock: Callable[[], float]) -> None:
        self._questions = questions
        self._clock = clock

    def routes(self) -> list[Route]:
        return [
            Route("/live", self.page, methods=["GET"]),
            Route("/live/rows", self.rows, methods=["GET"]),
        ]

    @asks("live", "Live")
    async def page(self, request: Request) -> Response:
        found = await self._questions.calls(which(request), request.query_params.get("after"), None)
        said = filters(request, FILTERS)
        values = {"found": found, "said": said, "verdicts": VERDICTS, "first": "after" not in request.query_params}
        return render(request, "live.html", here="live", now=self._clock(), **values)

    @asks("live", "Live")
    async def rows(self, request: Request) -> Response:
        """Those that came or changed after `newer`, as rows; until when stands in the header."""
        found = await self._questions.calls(which(request), None, _moment(request.query_params.get("newer")))
        rows = ENVIRONMENT.get_template("live_rows.html").render(rows=found.rows)
        return HTMLResponse(rows, headers={"x-upto": f"{found.upto:.6f}"})


def _moment(said: str | None) -> float | None:
    try:
        moment = float(said or "")
    except ValueError:
        return None
    return moment if 0 <= moment < 1e11 else None
