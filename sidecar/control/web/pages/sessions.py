"""Sessions: which there were, and what happened in one, turn by turn.

Rule: that somebody looks at a session is written down before anything of it is shown.
"""

from collections.abc import Mapping

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sidecar.control.web.answers import refused
from sidecar.control.web.api.handlers import looked
from sidecar.control.web.page import ENVIRONMENT, render, visible
from sidecar.control.web.pages.asked import asks, filters, which
from sidecar.control.web.parts import Parts
from sidecar.control.web.questions.asking import Questions
from sidecar.control.web.questions.figures import VERDICTS
from sidecar.control.web.spans import MASKED, ODD, pieces

FILTERS = ("text", "verdict", "caller", "connection", "since", "until")
TURNS = 100


class SessionsPage:
    def __init__(self, parts: Parts, questions: Questions) -> None:
        self._parts = parts
        self._questions = questions

    def routes(self) -> list[Route]:
        return [
            Route("/sessions", self.listing, methods=["GET"]),
            Route("/sessions/{session}", self.story, methods=["GET"]),
        ]

    @asks("sessions", "Sessions")
    async def listing(self, request: Request) -> Response:
        found = await self._questions.sessions(which(request), request.query_params.get("after"))
        said = filters(request, FILTERS)
        return render(request, "sessions.html", here="sessions", found=found, said=said, verdicts=VERDICTS)

    @asks("sessions", "Session")
    async def story(self, request: Request) -> Response:
        session = request.path_params["session"]
        after = request.query_params.get("after", "0")
        begin = int(after) if after.isascii() and after.isdigit() and len(after) < 8 else 0
        await looked(self._parts, request, "session", session)
        found = await self._questions.story(session, begin, TURNS)
        if found is None:
            return refused(request, 404, "no_such_session", "There is no such session in the record.")
        return render(request, "session.html", here="sessions", found=found)


def masked(text: str, placeholders: Mapping[str, str]) -> Markup:
    """A text as it was written down; where a value stood, the rule that took it out is told on hover and focus."""
    out = []
    for piece, kind, rule in pieces(text, placeholders):
        if kind == MASKED:
            out.append(Markup('<span class="masked" tabindex="0" title="Rule {}">{}</span>').format(rule, piece))
        elif kind == ODD:
            out.append(Markup('<span class="odd">{}</span>').format(piece))
        else:
            out.append(visible(piece))
    return Markup("").join(out)


ENVIRONMENT.globals.update(masked=masked)
