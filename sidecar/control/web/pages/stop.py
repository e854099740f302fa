"""The kill switch: stop a session, a caller, an agent, a connection or everything, and let it go on again.

Rule: nothing is stopped by one click: the form leads to a question that says what will happen.
"""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sidecar.control.web.answers import Unfit
from sidecar.control.web.api import told
from sidecar.control.web.api.handlers import asking, fitting
from sidecar.control.web.page import render
from sidecar.control.web.parts import Parts
from sidecar.core.model.block import Target

# What a person may stop here, and how the question says it. Tokens are called back elsewhere.
OFFERED = {
    Target.SESSION: ("One session", "The agent's session id, as a card or the sessions page shows it."),
    Target.SUBJECT: ("A caller", "The person or service, as the identity provider names them."),
    Target.AGENT: ("An agent", "The name the agent gives itself. It is a claim: to be sure, stop its caller."),
    Target.CONNECTION: ("A connection", "The name in the gate's configuration: nobody reaches it any more."),
    Target.ALL: ("Everything", "Every call of everybody, on every gate."),
}
LONGEST = 500


class Stop:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def routes(self) -> list[Route]:
        return [
            Route("/stop", self.page, methods=["GET"]),
            Route("/stop", self.put, methods=["POST"]),
            Route("/stop/{id}/lift", self.lift, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        """With `target` and `value`: filled in, as links from other pages have it."""
        return await self._page(request, request.query_params.get("target"), request.query_params.get("value", ""))

    async def put(self, request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=6, max_part_size=16_384)
        target, value, reason = (_text(form, name) for name in ("target", "value", "reason"))
        try:
            chosen = Target(target) if target in set(OFFERED) else None
            if chosen is None or not reason or len(reason) > LONGEST or len(value) > LONGEST:
                raise Unfit("Say what is stopped, and give a reason of at most 500 characters.")
            value = fitting(chosen, value)
        except Unfit as unfit:
            return await self._page(request, target, value, reason=reason, said=str(unfit), status=400)
        if form.get("sure") != "yes":
            return await self._page(request, target, value, reason=reason, sure=True)
        await self._parts.blocks.put(chosen, value, reason, asking(request).named)
        return RedirectResponse("/stop", 303)

    async def lift(self, request: Request) -> Response:
        await self._parts.blocks.lift(request.path_params["id"], asking(request).named)
        return RedirectResponse("/stop", 303)

    async def _page(
        self,
        request: Request,
        target: str | None,
        value: str,
        *,
        reason: str = "",
        said: str | None = None,
        sure: bool = False,
        status: int = 200,
    ) -> Response:
        standing = [told.block(one) for one in await self._parts.blocks.standing()]
        values = {
            "here": "stop",
            "offered": {one.value: words for one, words in OFFERED.items()},
            "target": target if target in set(OFFERED) else Target.SESSION.value,
            "value": value[:LONGEST],
            "reason": reason[:LONGEST],
            "said": said,
            "sure": sure,
            "in_force": [one for one in standing if one.lifted is None],
            "lifted": [one for one in standing if one.lifted is not None],
        }
        return render(request, "stop.html", status, **values)


def _text(form: FormData, name: str) -> str:
    said = form.get(name)
    return said.strip() if isinstance(said, str) else ""
