"""A session as it happened, in the browser: every delta after the wait that it had.

Strategy: the page is a stage; what appears on it, and when, comes as one answer (`frames`), cut into pieces here, so
that the script shows texts as texts and decides nothing.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sidecar.control.web.answers import problem, refused
from sidecar.control.web.api.handlers import looked
from sidecar.control.web.page import render
from sidecar.control.web.pages.asked import asks
from sidecar.control.web.parts import Parts
from sidecar.control.web.questions.asking import Questions
from sidecar.control.web.questions.sessions import Frame, Replay
from sidecar.control.web.spans import PLAIN, pieces


class ReplayPage:
    def __init__(self, parts: Parts, questions: Questions) -> None:
        self._parts = parts
        self._questions = questions

    def routes(self) -> list[Route]:
        return [
            Route("/sessions/{session}/replay", self.page, methods=["GET"]),
            Route("/sessions/{session}/frames", self.frames, methods=["GET"]),
        ]

    @asks("sessions", "Replay")
    async def page(self, request: Request) -> Response:
        session = request.path_params["session"]
        found = await self._questions.story(session, 0, 1)
        if found is None:
            return refused(request, 404, "no_such_session", "There is no such session in the record.")
        return render(request, "replay.html", here="sessions", found=found)

    @asks("sessions", "Replay")
    async def frames(self, request: Request) -> Response:
        session = request.path_params["session"]
        await looked(self._parts, request, "replay", session)
        found = await self._questions.replay(session)
        if found is None:
            return problem(404, "no_such_session", "There is no such session in the record.")
        return JSONResponse({"length": found.length, "frames": [_frame(one, found) for one in found.frames]})


def _frame(frame: Frame, replay: Replay) -> dict[str, object]:
    """A piece is a text, or a text with what it is and the rule."""
    cut = [
        text if kind == PLAIN else [text, kind, rule] for text, kind, rule in pieces(frame.text, replay.placeholders)
    ]
    return {
        "at": frame.at,
        "turn": frame.turn,
        "kind": frame.kind,
        "role": frame.role,
        "block": frame.block,
        "pieces": cut,
    }
