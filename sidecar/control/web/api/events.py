"""What changed among the tickets, as server-sent events, as long as somebody listens.

Rules:
- Only names go out here, never texts: those are fetched, and the look is recorded.
- Who is signed out, or lost the role, hears nothing more: it is looked up again before each beat.
- When this process ends, so does the stream: the browser comes again, here or to another replica.
"""

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.requests import Request

from sidecar.control.desk.tickets import TICKETS
from sidecar.control.store.engine import MISSED, Heard
from sidecar.control.web.parts import Parts
from sidecar.control.web.renewing import Renewing
from sidecar.control.web.session import Session

# Proxies close what is silent for a minute.
BEAT = 15.0
# How soon a browser that lost the stream comes back.
RETRY = 2000


async def stream(parts: Parts, request: Request, beat: float = BEAT) -> AsyncIterator[bytes]:
    heard = await parts.store.listen(TICKETS)
    coming: asyncio.Task[str | None] | None = None
    leaving = asyncio.create_task(parts.leaving.wait())
    try:
        yield f"retry: {RETRY}\n".encode() + await _event(parts, "all", None)
        while True:
            coming = coming or asyncio.create_task(_next(heard))
            await asyncio.wait((coming, leaving), timeout=beat, return_when=asyncio.FIRST_COMPLETED)
            if leaving.done() or not await _still_in(parts, request):
                return
            if not coming.done():
                yield b": beat\n\n"
                continue
            ticket, coming = coming.result(), None
            if ticket is None:
                return
            yield await _event(parts, "all" if ticket == MISSED else "ticket", ticket or None)
    finally:
        leaving.cancel()
        if coming:
            coming.cancel()
        heard.close()


async def _next(heard: Heard) -> str | None:
    """Nothing: there is nobody left to listen to."""
    async for payload in heard:
        return payload
    return None


async def _event(parts: Parts, name: str, ticket: str | None) -> bytes:
    data = {"pending": await parts.tickets.pending(), **({"id": ticket} if ticket else {})}
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


async def _still_in(parts: Parts, request: Request) -> bool:
    session = getattr(request.state, "session", None)
    if not isinstance(session, Session):
        return True
    now = await parts.sessions.find(session.cookie)
    renewing = getattr(request.state, "renewing", None)
    if now is not None and isinstance(renewing, Renewing):
        renewing.soon(now)  # an open page may ask nothing for hours
    return now is not None and bool(parts.person(now.subject, now.provider, now.groups).roles)
