"""Tool calls in a stream: nothing of one leaves before its verdict, whatever happens meanwhile."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.exchange import events as e
from sidecar.core.model.http import ResponseHead
from tests.unit.core.exchange.building import KEY, SSE, Call, ask, delta, event, happened, opening, request
from tests.unit.core.exchange.calling import answer, calling, content, streamed, use

WORLD = calling()
TEXT = {"type": "text", "text": "so"}


def begun() -> Call:
    call = ask(WORLD, request("hi", stream=True))
    call.tell(e.ResponseStarted(ResponseHead(200, SSE), 1.0))
    return call


@pytest.mark.parametrize("command", ["ls", "rm x", f"echo {KEY}"])
def test_nothing_of_a_call_leaves_before_it_is_complete(command: str) -> None:
    stream, call = streamed(TEXT, use(command), TEXT), begun()
    stop = stream.index(b"event: content_block_stop", stream.index(b"tool_use"))
    for at in range(stop):
        call.tell(e.ResponseChunk(stream[at : at + 1], 1.0))
        assert b"tool_use" not in call.received
        assert b"input_json" not in call.received
    assert b'"so"' in call.received, "what stands before it has left"
    call.tell(e.ResponseChunk(stream[stop:], 1.0))
    assert len(content(call)) == 3


@given(st.integers(0, 2000), st.sampled_from(["ls", "rm x"]))
@settings(max_examples=60, deadline=None)
def test_a_stream_that_is_cut_inside_a_call_leaves_nothing_of_it(at: int, command: str) -> None:
    stream = streamed(TEXT, use(command))
    stop = stream.index(b"event: content_block_stop", stream.index(b"tool_use"))
    at = min(at, stop)
    received = ask(WORLD, request("hi")).answered([stream[:at]], SSE).received
    assert b"tool_use" not in received
    assert happened(received)[-1]["type"] == "error"


def test_the_verdict_on_one_call_does_not_wait_for_the_next() -> None:
    stream, call = streamed(use("rm x"), use("ls", id="toolu_2")), begun()
    second = stream.index(b"event: content_block_start", stream.index(b"content_block_stop"))
    call.tell(e.ResponseChunk(stream[:second], 1.0))
    assert [one["name"] for one in content(call)] == ["blocked_by_policy"]


def test_an_empty_input() -> None:
    kind = {"type": "tool_use", "id": "toolu_1", "name": "Words", "input": {}}
    start = event("content_block_start", index=0, content_block=kind)
    for name, kept in (("Words", False), ("List", True)):
        stream = opening() + start.replace(b"Words", name.encode()) + event("content_block_stop", index=0)
        call = begun()
        call.tell(e.ResponseChunk(stream, 1.0))
        assert (stream in call.received) is kept


def test_the_same_identifier_twice_is_two_verdicts_and_no_past_to_repair() -> None:
    world = calling()
    call = answer(world, use("rm x"), use("ls"), use("rm y"), stream=True)
    assert [one["name"] for one in content(call)] == ["blocked_by_policy", "Bash", "blocked_by_policy"]
    (memory,) = [memory for _, memory in world.memories.sessions()]
    assert memory.turned_call("toolu_0123456789") is None


@pytest.mark.parametrize("command", ["ls ", "rm "])
def test_five_megabytes(command: str) -> None:
    big = command + "x" * (5 << 20)
    call = answer(WORLD, use(big), stream=True)
    (one,) = content(call)
    assert (one["name"] == "Bash") is (command == "ls ")
    assert (len(call.received) > 5 << 20) is (command == "ls ")
    (memory,) = [memory for _, memory in WORLD.memories.sessions()]
    assert memory.bytes < 4 << 20


def test_calls_that_are_open_at_the_same_time_do_not_leave() -> None:
    """Clients differ in whose input this is: by its index, or by the block that began last."""

    def start(index: int) -> bytes:
        return event("content_block_start", index=index, content_block={**use("", id=f"toolu_{index}"), "input": {}})

    call = begun()
    call.tell(e.ResponseChunk(opening() + start(0) + start(1), 1.0))
    call.tell(e.ResponseChunk(delta(0, type="input_json_delta", partial_json="{}"), 1.0))
    assert [one["type"] for one in happened(call.received)] == ["message_start", "error"]


def test_a_name_with_control_characters() -> None:
    call = answer(WORLD, use("ls", "Ba\u0000sh\n\u2028"), stream=True)
    assert content(call)[0]["name"] == "Ba\u0000sh\n\u2028"


@pytest.mark.parametrize("command", ["ls", "rm x"])
def test_what_nobody_knows_inside_of_a_call_leaves_with_it_or_not_at_all(command: str) -> None:
    strange = delta(0, type="new_delta", more=f"{command} again")
    head, tail = streamed(use(command)).split(b"event: content_block_stop", 1)
    stream, call = head + strange + b"event: content_block_stop" + tail, begun()
    call.tell(e.ResponseChunk(stream, 1.0))
    assert (strange in call.received) is (command == "ls")
    assert (call.received == stream) is (command == "ls")
    assert b"rm x" not in call.received
