"""What is said when something is not done: to a program as JSON, to a person as a page."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from sidecar.control.desk.blocks import NoSuchBlock
from sidecar.control.desk.ticket_rows import NoSuchTicket
from sidecar.control.store.engine import StoreFailed
from sidecar.control.web.page import render
from sidecar.core.approval.ticket import NotAllowed
from sidecar.core.errors import GatehouseError, RecordingFailed

# What was raised on purpose -> status, code, and the sentence where its own is not for everybody.
SAID: Mapping[type[Exception], tuple[int, str, str | None]] = MappingProxyType(
    {
        NotAllowed: (409, "not_allowed", None),
        NoSuchTicket: (404, "no_such_ticket", None),
        NoSuchBlock: (404, "no_such_block", None),
        RecordingFailed: (503, "not_recorded", "This cannot be recorded now, so it was not done. Try again."),
        StoreFailed: (503, "store", "The control plane's database does not answer. Try again in a moment."),
    }
)


class Unfit(GatehouseError):  # noqa: N818  (an answer, not a fault)
    """What was sent is not what this takes; the message says what is."""


def wants_json(request: Request) -> bool:
    return request.url.path.startswith("/v1/") or "text/html" not in request.headers.get("accept", "text/html")


def problem(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message}}, status)


def refused(request: Request, status: int, code: str, message: str) -> Response:
    if wants_json(request):
        return problem(status, code, message)
    if status == HTTPStatus.UNAUTHORIZED and request.method in ("GET", "HEAD"):
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/sign-in?next={quote(request.url.path + query, safe='')}", 303)
    return render(request, "said.html", status, said=message, head=_HEADS.get(status, "Not done"))


async def on_purpose(request: Request, error: Exception) -> Response:
    status, code, sentence = next(said for kind, said in SAID.items() if isinstance(error, kind))
    return refused(request, status, code, sentence or str(error))


async def unfit(request: Request, error: Exception) -> Response:
    return refused(request, 400, "unfit", str(error))


async def by_router(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    sentences = {404: "There is nothing here.", 405: "This address is not used this way."}
    return refused(request, status, HTTPStatus(status).name.lower(), sentences.get(status, "This cannot be done."))


async def bug(request: Request, _: Exception) -> Response:
    """The log has the rest."""
    return refused(request, 500, "internal", "Something went wrong here. It has been written to the log.")


_HEADS: Mapping[int, str] = MappingProxyType(
    {401: "Signed out", 403: "Not for you", 404: "Nothing here", 409: "Not possible any more", 503: "Not now"}
)
HANDLERS: Mapping[int | type[Exception], object] = MappingProxyType(
    {**dict.fromkeys(SAID, on_purpose), Unfit: unfit, HTTPException: by_router, Exception: bug}
)
