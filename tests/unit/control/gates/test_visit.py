"""What waits to be said to one data plane."""

import asyncio

from sidecar.control import messages
from sidecar.control.gates.visit import Visit
from sidecar.control.gen import control_pb2 as pb


def visit() -> Visit:
    return Visit("gate-1", "i", "1.0", 1.0, 1.0)


async def test_said_in_order_and_waited_for() -> None:
    one = visit()
    waiting = asyncio.create_task(one.next())
    await asyncio.sleep(0)
    one.say(messages.again_message("a"))
    one.say(messages.again_message("b"))
    assert [message.settled.id for message in (await waiting, await one.next()) if message] == ["a", "b"]


async def test_nobody_is_told_an_older_state_of_the_blocks() -> None:
    one = visit()
    for version in (2, 1, 2, 3):
        one.say_blocks(version, messages.blocks_message(version, ()))
    said = [await one.next() for _ in range(3)]
    assert [message.blocks.version for message in said if message] == [2, 2, 3]


async def test_nothing_is_said_once_the_stream_ends() -> None:
    one = visit()
    waiting = asyncio.create_task(one.next())
    await asyncio.sleep(0)
    one.close()
    one.say(messages.again_message("a"))
    assert (await waiting, await one.next()) == (None, None)


def test_what_it_says_of_itself() -> None:
    one = visit()
    one.heard_state(pb.State(open_exchanges=3, policy_digest="abc"), 9.0)
    assert (one.open_exchanges, one.policy_digest, one.heard) == (3, "abc", 9.0)
