"""`/v1/anchors`: checkpoints of data planes in, and out again for who verifies them.

Rule: who may is decided before these run: a data plane, by its link key.
"""

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from sidecar.control.desk.anchors import LONGEST_LINE, Anchors, NotACheckpoint
from sidecar.control.store.engine import StoreFailed


def routes(anchors: Anchors) -> list[BaseRoute]:
    async def append(request: Request) -> Response:
        """One line of JSON as the body; 204 once it is kept."""
        try:
            await anchors.append(await _body(request))
        except NotACheckpoint as error:
            raise HTTPException(400, str(error)) from error
        except StoreFailed as error:
            raise HTTPException(503, "the database is away") from error
        return Response(status_code=204)

    async def read(request: Request) -> Response:
        """Lines of `chain` beyond the count `after`; without a chain the newest line of each."""
        after = request.query_params.get("after", "-1")
        if not after.removeprefix("-").isdecimal():
            raise HTTPException(400, "after is a number")
        try:
            lines = await anchors.read(request.query_params.get("chain"), int(after))
        except StoreFailed as error:
            raise HTTPException(503, "the database is away") from error
        return PlainTextResponse("".join(f"{line}\n" for line in lines), media_type="application/jsonl")

    return [
        Route("/v1/anchors", append, methods=["POST"]),
        Route("/v1/anchors", read, methods=["GET"]),
    ]


async def _body(request: Request) -> bytes:
    body = b""
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > LONGEST_LINE + 1:
                raise HTTPException(413, f"a checkpoint has at most {LONGEST_LINE} bytes")
    except ClientDisconnect as gone:
        raise HTTPException(400, "the body did not come whole") from gone
    return body
