"""The page on which people decide: what waits, one card in full, and what was decided lately.

Strategy: the server draws everything; the page's script fetches the same pieces again when it hears of a change, and
sends decisions through the API. Without the script links and forms do.

Rule: whose card is drawn is written down as looked at, each time.
"""

from dataclasses import dataclass
from math import pi

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sidecar.control.desk.ticket_pages import LONGEST_PAGE, Filter
from sidecar.control.web.api import told
from sidecar.control.web.api.handlers import asking, looked
from sidecar.control.web.api.models import Approval, Excerpt, FullApproval
from sidecar.control.web.page import ENVIRONMENT, marked, render
from sidecar.control.web.parts import Parts
from sidecar.core.approval.ticket import NotAllowed, State

LATELY = 20
ENDED = tuple(state for state in State if state is not State.PENDING)
# The ring's circle, as in the template.
ROUND = 2 * pi * 19.5


@dataclass(frozen=True, slots=True)
class Ring:
    """How long is left: the part of the circle still drawn, and the tone."""

    dash: float
    label: str
    tone: str


def ring(left: float, whole: float) -> Ring:
    part = min(1.0, left / whole) if whole > 0 else 0.0
    tone = "last" if left < 30 else "soon" if part < 0.25 else ""
    return Ring(round(ROUND * part, 1), clock(left), tone)


def clock(left: float) -> str:
    """Short enough to stand in a ring."""
    seconds = int(left)
    if seconds >= 3600:
        return f"{seconds // 3600}h{seconds % 3600 // 60:02}"
    return f"{seconds // 60}m" if seconds >= 600 else f"{seconds // 60}:{seconds % 60:02}"


def small(request: Request) -> bool:
    """A phone shows the list alone: a card that nobody sees is not drawn, and nobody looked at it."""
    return request.headers.get("sec-ch-ua-mobile") == "?1" or "Mobile" in request.headers.get("user-agent", "")


class Approvals:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def routes(self) -> list[Route]:
        return [
            Route("/approvals", self.page, methods=["GET"]),
            Route("/approvals/queue", self.queue, methods=["GET"]),
            Route("/approvals/{id}", self.page, methods=["GET"]),
            Route("/approvals/{id}/card", self.card, methods=["GET"]),
            Route("/approvals/{id}/decide", self.decide, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        waiting, lately = await self._lists(request)
        named = request.path_params.get("id")
        chosen = named or (waiting[0].id if waiting and not small(request) else None)
        card = await self._full(request, chosen) if chosen else None
        values = {"here": "approvals", "named": bool(named), "said": None, **self._values(waiting, lately, card)}
        return render(request, "approvals.html", **values)

    async def queue(self, request: Request) -> Response:
        """The list alone; `chosen`: which one the page shows."""
        waiting, lately = await self._lists(request)
        values = self._values(waiting, lately, None) | {"chosen": request.query_params.get("chosen")}
        return render(request, "approvals_queue.html", **values)

    async def card(self, request: Request) -> Response:
        card = await self._full(request, request.path_params["id"])
        return render(request, "approvals_card.html", **self._values([], [], card), said=None)

    async def decide(self, request: Request) -> Response:
        """From the form of a browser without the script."""
        form = await request.form(max_files=0, max_fields=5, max_part_size=16_384)
        ticket = request.path_params["id"]
        rationale, session = form.get("rationale"), form.get("for_session") == "yes"
        try:
            said = rationale if isinstance(rationale, str) else None
            await self._parts.tickets.decide(ticket, asking(request), form.get("answer") == "yes", said, session)
        except NotAllowed as reason:
            waiting, lately = await self._lists(request)
            card = await self._full(request, ticket)
            values = {"here": "approvals", "named": True, "said": str(reason), **self._values(waiting, lately, card)}
            return render(request, "approvals.html", 409, **values)
        return RedirectResponse(f"/approvals/{ticket}", 303)

    async def _lists(self, request: Request) -> tuple[list[Approval], list[Approval]]:
        """What waits, the most urgent first; what ended, the latest first."""
        person, now = asking(request), self._parts.clock()
        waiting = await self._parts.tickets.list(Filter((State.PENDING,)), most=LONGEST_PAGE)
        lately = await self._parts.tickets.list(Filter(ENDED), most=LATELY)
        first = sorted(waiting.tickets, key=lambda ticket: (ticket.deadline, ticket.id))
        return (
            [told.approval(one, person, now) for one in first if one.state is State.PENDING],
            [told.approval(one, person, now) for one in lately.tickets],
        )

    async def _full(self, request: Request, name: str) -> FullApproval:
        ticket = await self._parts.tickets.get(name)
        await looked(self._parts, request, "ticket", ticket.id)
        return told.full_approval(ticket, asking(request), self._parts.clock())

    def _values(self, waiting: list[Approval], lately: list[Approval], card: FullApproval | None) -> dict[str, object]:
        return {"waiting": waiting, "lately": lately, "card": card, "chosen": card.id if card else None}


def marked_text(part: Excerpt) -> Markup:
    return marked(part.text, ((mark.start, mark.end, f"Held by rule {mark.rule}") for mark in part.marks))


ENVIRONMENT.globals.update(ring=ring, marked_text=marked_text)
