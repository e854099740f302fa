"""What changed, as it changes."""

import asyncio
import json

from starlette.requests import Request

from sidecar.control.web.api.events import stream
from sidecar.control.web.session import Session
from tests.unit.control.web.rig import Rig, asked

QUICK = 0.05
SLOW = 20.0


def request(session: Session | None = None) -> Request:
    return Request({"type": "http", "headers": [], "state": {"session": session}})


def read(event: bytes) -> tuple[str, dict[str, object]]:
    fields = dict(line.split(": ", 1) for line in event.decode().strip().splitlines())
    return fields["event"], json.loads(fields["data"])


async def test_told_of_each_change(desk: Rig) -> None:
    coming = stream(desk.parts, request(), SLOW)
    async with asyncio.timeout(10):
        assert read(await anext(coming)) == ("all", {"pending": 0})
        ticket = await desk.parts.tickets.open(asked())
        assert read(await anext(coming)) == ("ticket", {"pending": 1, "id": ticket.id})
        await desk.parts.tickets.withdraw("q1")
        assert read(await anext(coming)) == ("ticket", {"pending": 0, "id": ticket.id})
    await coming.aclose()


async def test_it_beats(laptop: Rig) -> None:
    coming = stream(laptop.parts, request(), QUICK)
    await anext(coming)
    assert await anext(coming) == b": beat\n\n"
    await coming.aclose()


async def test_who_signed_out_hears_nothing_more(laptop: Rig) -> None:
    session = await laptop.parts.sessions.begin("grace", "company", frozenset({"reviewers"}))
    coming = stream(laptop.parts, request(session), SLOW)
    await anext(coming)
    await laptop.parts.sessions.end(session)
    await laptop.parts.tickets.open(asked())
    assert [event async for event in coming] == []


async def test_who_lost_every_role_hears_nothing_more(laptop: Rig) -> None:
    session = await laptop.parts.sessions.begin("grace", "company", frozenset({"reviewers"}))
    coming = stream(laptop.parts, request(session), SLOW)
    await anext(coming)
    await laptop.parts.sessions.renewed(session, frozenset(), None)
    await laptop.parts.tickets.open(asked())
    assert [event async for event in coming] == []


async def test_missed_something(laptop: Rig) -> None:
    coming = stream(laptop.parts, request(), SLOW)
    await anext(coming)
    async with laptop.parts.store.transaction() as transaction:
        await transaction.announce("tickets", "")
    assert read(await anext(coming)) == ("all", {"pending": 0})
    await coming.aclose()


async def test_no_texts_go_out(laptop: Rig) -> None:
    coming = stream(laptop.parts, request(), SLOW)
    await anext(coming)
    await laptop.parts.tickets.open(asked(why="A secret reason"))
    assert b"secret" not in await anext(coming)
    await coming.aclose()


async def test_it_ends_with_the_process(laptop: Rig) -> None:
    coming = stream(laptop.parts, request(), SLOW)
    await anext(coming)
    laptop.parts.leaving.set()
    async with asyncio.timeout(10):
        assert [event async for event in coming] == []
