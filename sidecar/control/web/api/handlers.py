"""The operations of the API, done."""

import json
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sidecar.control.desk.blocks import Standing
from sidecar.control.desk.ticket_pages import Filter
from sidecar.control.person import Person
from sidecar.control.web.answers import Unfit
from sidecar.control.web.api import told
from sidecar.control.web.api.events import stream
from sidecar.control.web.api.models import ApprovalList, BlockList, Decide, Link, Me, PutBlock
from sidecar.control.web.api.openapi import document
from sidecar.control.web.api.operations import OPERATIONS
from sidecar.control.web.page import person_of
from sidecar.control.web.parts import Parts
from sidecar.core.approval.ticket import State
from sidecar.core.errors import GatehouseError
from sidecar.core.model.block import Target

Model = TypeVar("Model", bound=BaseModel)
LARGEST = 64 * 1024  # a decision with the longest rationale, escaped, is 12 KB
LONGEST_PAGE = 200
USUAL_PAGE = 50


def routes(parts: Parts) -> list[Route]:
    api = Api(parts)
    made = [Route(one.path, getattr(api, one.name), methods=[one.method]) for one in OPERATIONS]
    return [*made, Route("/openapi.json", openapi, methods=["GET"])]


async def openapi(_: Request) -> Response:
    return JSONResponse(document(), headers={"cache-control": "public, max-age=300"})


class Api:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def me(self, request: Request) -> Response:
        person = asking(request)
        roles = sorted(role.value for role in person.roles)
        return _json(Me(subject=person.subject, provider=person.provider, groups=sorted(person.groups), roles=roles))

    async def list_approvals(self, request: Request) -> Response:
        query = request.query_params
        try:
            states = told.states(query.get("state"))
        except ValueError as error:
            raise Unfit(f"state is one of {', '.join(State)}, or several with commas.") from error
        wanted = Filter(states, query.get("subject"), query.get("session"), rule=query.get("rule"))
        page = await self._parts.tickets.list(wanted, after=query.get("cursor"), most=_limit(query.get("limit")))
        person, now = asking(request), self._parts.clock()
        items = [told.approval(ticket, person, now) for ticket in page.tickets]
        return _json(ApprovalList(items=items, next=page.after, pending=await self._parts.tickets.pending()))

    async def get_approval(self, request: Request) -> Response:
        ticket = await self._parts.tickets.get(request.path_params["id"])
        await looked(self._parts, request, "ticket", ticket.id)
        return _json(told.full_approval(ticket, asking(request), self._parts.clock()))

    async def decide(self, request: Request) -> Response:
        said, person = await _read(request, Decide), asking(request)
        ticket = await self._parts.tickets.decide(
            request.path_params["id"], person, said.yes, said.rationale, said.for_session
        )
        return _json(told.full_approval(ticket, person, self._parts.clock()))

    async def approval_events(self, request: Request) -> Response:
        return StreamingResponse(stream(self._parts, request), media_type="text/event-stream")

    async def list_blocks(self, _: Request) -> Response:
        return _json(BlockList(items=[told.block(one) for one in await self._parts.blocks.standing()]))

    async def put_block(self, request: Request) -> Response:
        said, person = await _read(request, PutBlock), asking(request)
        value = fitting(Target(said.target), said.value)
        block = await self._parts.blocks.put(Target(said.target), value, said.reason, person.named)
        return _json(told.block(Standing(block, person.named)), 201)

    async def lift_block(self, request: Request) -> Response:
        await self._parts.blocks.lift(request.path_params["id"], asking(request).named)
        return Response(status_code=204)

    async def sign_in_link(self, _: Request) -> Response:
        return _json(Link(url=f"{self._parts.url}/sign-in?once={await self._parts.sessions.link()}"), 201)


def asking(request: Request) -> Person:
    """Who asks; the guard let nobody else in."""
    person = person_of(request)
    if person is None:
        raise GatehouseError("a route that needs a person was placed for anyone")
    return person


async def looked(parts: Parts, request: Request, kind: str, name: str) -> None:
    """Written down before anything is shown."""
    person = asking(request)
    await parts.trail.record("looked", {"subject": person.subject, "provider": person.provider, "at": kind, "id": name})


def fitting(target: Target, value: str) -> str:
    """What a block names, or `Unfit`."""
    value = value.strip()
    if target is Target.ALL:
        return ""
    if not value:
        raise Unfit(f"Say which {target.value} is stopped.")
    return value


async def _read(request: Request, model: type[Model]) -> Model:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise Unfit("This is too much for a request of this kind.")
    # JSON only: a form of another page cannot send it without asking first.
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise Unfit("Send JSON, as application/json.")
    try:
        return model.model_validate(json.loads(body))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Unfit(f"{'.'.join(map(str, first['loc'])) or 'The body'}: {first['msg']}.") from error
    except (ValueError, RecursionError) as error:
        raise Unfit("The body is not JSON.") from error


def _limit(said: str | None) -> int:
    if said is None:
        return USUAL_PAGE
    if not said.isascii() or not said.isdigit() or not 1 <= int(said[:9]) <= LONGEST_PAGE:
        raise Unfit(f"limit is a number from 1 to {LONGEST_PAGE}.")
    return int(said)


def _json(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(), status, media_type="application/json")
