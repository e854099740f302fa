"""The console and the API as one application: everybody's routes, behind one guard.

Rules: what answers is decided in this order: headers around everything, then the guard, then the route. A route that
`places.py` does not know is refused.
"""

from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sidecar.control.web.answers import HANDLERS
from sidecar.control.web.api import handlers
from sidecar.control.web.guard import Guard
from sidecar.control.web.headers import Headers
from sidecar.control.web.pages.approvals import Approvals
from sidecar.control.web.pages.stop import Stop
from sidecar.control.web.parts import Parts
from sidecar.control.web.sign_in import SignIn
from sidecar.control.web.static_files import serve


def app(parts: Parts) -> Starlette:
    found = routes(parts)
    exceptions: Mapping[Any, Any] = HANDLERS
    return Starlette(
        routes=found,
        exception_handlers=dict(exceptions),
        middleware=[Middleware(Headers, tls=parts.tls), Middleware(Guard, parts=parts, routes=found)],
    )


def routes(parts: Parts) -> list[BaseRoute]:
    return [
        *SignIn(parts).routes(),
        *Approvals(parts).routes(),
        *Stop(parts).routes(),
        *handlers.routes(parts),
        Route("/static/{name}", serve, methods=["GET"]),
        *parts.routes,
        Route("/", first, methods=["GET"]),
    ]


async def first(_: Request) -> Response:
    """Where nobody gave an overview: what people come for."""
    return RedirectResponse("/approvals", 303)
