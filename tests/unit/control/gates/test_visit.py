"""What waits to be said to one data plane."""

import asyncio

from sidecar.control import messages
from sidecar.control.gates.visit import Visit
from sidecar.control.gen import control_pb2 as pb


def again(question: str) -> bytes:
    return messages.written(messages.again_message(question))


def visit() -> Visit:
    return Visit("gate-1", "i", "1.0", 1.0, 1.0)


async def test_said_in_order_and_waited_for() -> None:
    one = visit()
    waiting = asyncio.create_task(one.next())
    await asyncio.sleep(0)
    one.say(again("a"))
    one.say(again("b"))
    assert [await waiting, await one.next()] == [again("a"), again("b")]


async def test_nobody_is_told_an_older_state_of_the_blocks() -> None:
    one = visit()
    said = []
    for version in (2, 1, 2, 3):
        one.say_blocks(version, b"%d" % version)
        if version != 1:
            said.append(await one.next())
    assert said == [b"2", b"2", b"3"]


async def test_of_many_states_of_the_blocks_the_newest_is_told_once_in_the_place_of_the_first() -> None:
    one = visit()
    for version in (1, 2, 3):
        one.say_blocks(version, b"%d" % version)
        one.say(again(str(version)))
    assert [await one.next() for _ in range(4)] == [b"3", again("1"), again("2"), again("3")]
    one.say_blocks(4, b"4")
    assert await one.next() == b"4"


async def test_nothing_is_said_once_the_stream_ends() -> None:
    one = visit()
    waiting = asyncio.create_task(one.next())
    await asyncio.sleep(0)
    one.close()
    one.say(again("a"))
    assert (await waiting, await one.next()) == (None, None)


def test_what_it_says_of_itself() -> None:
    one = visit()
    one.heard_state(pb.State(open_exchanges=3, policy_digest="abc"), 9.0)
    assert (one.open_exchanges, one.policy_digest, one.heard) == (3, "abc", 9.0)
