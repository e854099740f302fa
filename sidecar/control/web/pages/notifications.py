"""Who was told of what: the destinations, what was delivered, and dead letters that can be sent again.

Rule: a message's headline and what came back are shown; the rest of it is on the card that it linked to.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route as WebRoute

from sidecar.control.notify.deliveries import Deliveries, NoSuchDelivery, NotAgain
from sidecar.control.notify.message import message
from sidecar.control.notify.news import Garbled, read
from sidecar.control.notify.rows import Row, State
from sidecar.control.web.answers import refused
from sidecar.control.web.api.handlers import asking
from sidecar.control.web.page import render
from sidecar.settings.notify import Occasion, Route

SHOWN = {
    "all": ("All", ()),
    "dead": ("Dead", (State.DEAD,)),
    "waiting": ("Waiting", (State.WAITING,)),
    "delivered": ("Delivered", (State.DELIVERED,)),
}
BLOCKS: frozenset[str] = frozenset({Occasion.BLOCKED, Occasion.LIFTED})


@dataclass(frozen=True, slots=True)
class Line:
    """A delivery as the page has it. `tone` and `word` say its state."""

    row: Row
    title: str
    link: str
    tone: str
    word: str
    again: bool


class Notifications:
    def __init__(self, deliveries: Deliveries, routes: Sequence[Route], clock: Callable[[], float]) -> None:
        self._deliveries = deliveries
        self._routes = tuple(routes)
        self._clock = clock

    def routes(self) -> list[WebRoute]:
        return [
            WebRoute("/notifications", self.page, methods=["GET"]),
            WebRoute("/notifications/{id}/retry", self.retry, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        query = request.query_params
        chosen = query.get("show", "all") if query.get("show") in SHOWN else "all"
        name = query.get("to") or None
        found = await self._deliveries.list(SHOWN[chosen][1], name, query.get("after"))
        counts, now = await self._deliveries.counts(), self._clock()
        kept = {"show": chosen, **({"to": name} if name else {})}
        return render(
            request,
            "notifications.html",
            here="notifications",
            shown={one: words for one, (words, _) in SHOWN.items()},
            chosen=chosen,
            to=name,
            dead=counts[State.DEAD],
            told=self._routes,
            occasions=[one for one in Occasion if one is not Occasion.TEST],
            lines=[line(row, now) for row in found.rows],
            older=f"/notifications?{urlencode({**kept, 'after': found.after})}" if found.after else None,
        )

    async def retry(self, request: Request) -> Response:
        try:
            await self._deliveries.again(request.path_params["id"], asking(request).named)
        except NoSuchDelivery as error:
            return refused(request, 404, "no_such_delivery", str(error))
        except NotAgain as error:
            return refused(request, 409, "not_again", str(error))
        return RedirectResponse("/notifications", 303)


def line(row: Row, now: float) -> Line:
    tone, word = _state(row, now)
    link = "/stop" if row.occasion in BLOCKS else f"/approvals/{row.about}"
    resting = row.state is State.WAITING and row.holder is None and row.tries > 0
    return Line(row, _title(row), link, tone, word, again=row.state is State.DEAD or resting)


def _title(row: Row) -> str:
    try:
        return message(read(row.news), "").title
    except Garbled:
        return row.occasion


def _state(row: Row, now: float) -> tuple[str, str]:
    match row.state:
        case State.DELIVERED:
            return "allow", "Delivered"
        case State.DEAD:
            return "deny", "Dead letter"
        case State.DROPPED:
            return "plain", "Overtaken"
    if row.tries and not row.holder:
        return "hold", "Failing"
    return "plain", "Later" if row.due > now and not row.holder else "Sending"
