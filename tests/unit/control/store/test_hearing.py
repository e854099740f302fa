"""Listeners of one process: each topic its own, nothing lost in silence."""

import asyncio

import pytest

from sidecar.control.store.engine import MISSED
from sidecar.control.store.hearing import MOST, Hearing


async def test_an_ear_hears_its_topic_from_the_moment_it_was_made() -> None:
    hearing = Hearing()
    ear = hearing.ear("a")
    hearing.tell("b", "other")
    hearing.tell("a", "one")
    hearing.missed()
    assert [await anext(ear), await anext(ear)] == ["one", MISSED]


async def test_who_waits_is_woken() -> None:
    hearing = Hearing()
    ear = hearing.ear("a")
    waiting = asyncio.create_task(anext(ear))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    hearing.tell("a", "one")
    assert await waiting == "one"


async def test_who_does_not_keep_up_is_told_to_look_again() -> None:
    hearing = Hearing()
    ear = hearing.ear("a")
    for number in range(MOST + 2):
        hearing.tell("a", str(number))
    assert [await anext(ear), await anext(ear)] == [MISSED, str(MOST + 1)]


async def test_a_closed_ear_ends() -> None:
    hearing = Hearing()
    ears = [hearing.ear("a"), hearing.ear("a")]
    ears[0].close()
    hearing.tell("a", "one")
    hearing.close()
    with pytest.raises(StopAsyncIteration):
        await anext(ears[0])
    assert [payload async for payload in ears[1]] == ["one"]
