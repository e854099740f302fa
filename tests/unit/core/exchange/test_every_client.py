"""Whatever an upstream streams: no client puts a denied call together from what leaves.

Strategy: clients differ. Some go by the index of an event, some by the order of the blocks, some by the block that
began last; some take what stands in the first event for the input, some what was streamed; some compare keys without
case. A stream is a legal one with a few events changed, doubled, lost or moved; each kind of client reads what left.
"""

import json
from collections.abc import Callable, Iterator, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.understand.understand import understand
from tests.unit.core.exchange.building import SSE, Call, delta, ending, event, happened, opening, request
from tests.unit.core.exchange.calling import calling

RULE = "\n  - {id: d, effect: [destroys_data], match: {tool: Bash}, do: deny, say: No.}\n"
WORLD = calling(RULE, understand=understand)
REMOVAL = "rm " + "-rf x"
Object = dict[str, object]
INDEX = st.sampled_from([0, 1, 2])
INPUT = st.sampled_from([json.dumps({"command": REMOVAL}), '{"command":"ls"}', "{}", ""])


def start(index: int, name: str, more: Object) -> bytes:
    block = {"type": "tool_use", "id": f"toolu_{index}", "name": name, "input": {}, **more}
    return event("content_block_start", index=index, content_block=block)


def part(index: int, text: str) -> bytes:
    return delta(index, type="input_json_delta", partial_json=text)


def stop(index: int) -> bytes:
    return event("content_block_stop", index=index)


def filled(name: str) -> bytes:
    """A message that begins with a whole call."""
    call = {"type": "tool_use", "id": "toolu_0", "name": name, "input": {"command": REMOVAL}}
    return event("message_start", message={"id": "m", "role": "assistant", "content": [call], "usage": {}})


NAME = st.sampled_from(["Bash", "Read"])
MORE = st.sampled_from(
    [{}, {}, {"Name": "Bash"}, {"input": {"command": REMOVAL}}, {"type": "text", "Type": "tool_use"}]
)
ANY = st.one_of(
    st.builds(start, INDEX, NAME, MORE), st.builds(part, INDEX, INPUT), st.builds(stop, INDEX), st.builds(filled, NAME)
)


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    events = [opening()]
    for index in range(draw(st.integers(1, 3))):
        events += [start(index, draw(NAME), {}), part(index, draw(INPUT)), stop(index)]
    for _ in range(draw(st.integers(0, 3))):
        at, other = (draw(st.integers(0, len(events) - 1)) for _ in range(2))
        change = draw(st.sampled_from(["more", "less", "twice", "moved"]))
        if change == "less":
            del events[at : at + (len(events) > 1)]
        elif change == "moved":
            events[at], events[other] = events[other], events[at]
        else:
            events.insert(at, draw(ANY) if change == "more" else events[other])
    return b"".join((*events, ending("tool_use")))


def by_index(blocks: Sequence[Object], index: object) -> Object | None:
    return next((one for one in reversed(blocks) if one["_index"] == index), None)


def by_order(blocks: Sequence[Object], index: object) -> Object | None:
    return blocks[index] if isinstance(index, int) and index < len(blocks) else None


def by_the_last(blocks: Sequence[Object], _: object) -> Object | None:
    return blocks[-1] if blocks else None


CLIENTS = (by_index, by_order, by_the_last)
Find = Callable[[Sequence[Object], object], Object | None]


def put_together(received: bytes, find: Find) -> list[Object]:
    blocks: list[Object] = []
    for one in happened(received):
        if one["type"] == "message_start":
            blocks = [{"_index": at, "_given": "", **call} for at, call in enumerate(one["message"]["content"])]  # type: ignore[index]
        elif one["type"] == "content_block_start":
            blocks.append({"_index": one["index"], "_given": "", **one["content_block"]})  # type: ignore[dict-item]
        elif one["type"] == "content_block_delta" and (block := find(blocks, one["index"])) is not None:
            block["_given"] = f"{block['_given']}{one['delta'].get('partial_json', '')}"  # type: ignore[attr-defined]
    return blocks


def runs(blocks: Sequence[Object]) -> Iterator[Object]:
    """What a client would take for a call of Bash that removes; keys as they are, and without case."""
    for block in blocks:
        for read in (block, {key.casefold(): value for key, value in block.items()}):
            of_bash = (read.get("type"), read.get("name")) == ("tool_use", "Bash")
            if of_bash and REMOVAL in json.dumps([read.get("input"), read["_given"]]):
                yield block


@given(streams())
@settings(max_examples=150, deadline=None)
def test_no_client_gets_the_call(stream: bytes) -> None:
    received = Call(WORLD).ask(request("hi", stream=True)).recorded().answered([stream], SSE).received
    for find in CLIENTS:
        assert not list(runs(put_together(received, find))), find.__name__
