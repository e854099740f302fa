import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.simulator.ask import read_ask
from sidecar.simulator.compose import Spoken, compose, numbered_ids
from sidecar.simulator.reply import Delivery, Reply, Say, Think, Use, Whole
from sidecar.simulator.stream import Frame, frames
from sidecar.simulator.tokens import Usage

ASK = read_ask({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]})
EVERYTHING = (
    Think("I think"),
    Think("", redacted=True),
    Say("hello", ({"type": "char_location"},)),
    Use("Bash", '{"command": "a\\n\\u00e9"}'),
    Use("Read"),
    Whole({"type": "web_search_tool_result", "content": [1]}),
)


def spoken_of(*parts: object) -> Spoken:
    return compose(ASK, Reply(parts), Usage(1, 2, 3), numbered_ids("s"))


def put_together(events: list[Frame]) -> list[object]:
    """What a client makes of the stream, with the text of a tool's input as it came."""
    blocks: list[dict[str, object]] = []
    add: dict[str, Callable[[dict[str, object], dict[str, object]], None]] = {
        "text_delta": lambda block, delta: block.update(text=block["text"] + delta["text"]),
        "thinking_delta": lambda block, delta: block.update(thinking=block["thinking"] + delta["thinking"]),
        "signature_delta": lambda block, delta: block.update(signature=delta["signature"]),
        "citations_delta": lambda block, delta: block.update(citations=[*block["citations"], delta["citation"]]),
        "input_json_delta": lambda block, delta: block.update(input=(block["input"] or "") + delta["partial_json"]),
    }
    for frame in events:
        if frame.event == "content_block_start":
            blocks.append(dict(frame.data["content_block"]))
        elif frame.event == "content_block_delta":
            add[frame.data["delta"]["type"]](blocks[frame.data["index"]], frame.data["delta"])
    return [{**b, "input": json.loads(b["input"])} if isinstance(b.get("input"), str) else b for b in blocks]


def test_the_order_is_the_one_that_clients_expect() -> None:
    names = [frame.event for frame in frames(spoken_of(Say("a"), Use("Bash", '{"a":1}')), Delivery(sizes=(100,)))]
    assert names == [
        "message_start",
        "content_block_start", "ping", "content_block_delta", "content_block_stop",
        "content_block_start", "content_block_delta", "content_block_delta", "content_block_stop",
        "message_delta", "message_stop",
    ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 9), max_size=5), st.text(max_size=60), st.text(max_size=60))
def test_any_cut_gives_the_same_message(sizes: list[int], text: str, thought: str) -> None:
    spoken = spoken_of(*EVERYTHING, Think(thought), Say(text), Use("W", json.dumps({"content": text})))
    assert put_together(frames(spoken, Delivery(sizes=tuple(sizes)))) == list(spoken.blocks)


def test_an_input_is_cut_inside_its_escapes() -> None:
    events = frames(spoken_of(Use("Bash", '{"a":"\\u00e9"}')), Delivery(sizes=(1,)))
    pieces = [frame.data["delta"]["partial_json"] for frame in events if frame.event == "content_block_delta"]
    assert pieces == ["", *'{"a":"\\u00e9"}']


def test_sizes_vary_on_their_own_and_repeat_with_the_message() -> None:
    spoken = spoken_of(Say("word " * 200))
    sizes = [
        len(frame.data["delta"]["text"])
        for frame in frames(spoken, Delivery())
        if "delta" in frame.data and "text" in frame.data["delta"]
    ]
    assert len(set(sizes)) > 5
    assert frames(spoken, Delivery()) == frames(spoken, Delivery())


@pytest.mark.parametrize(
    ("delivery", "event", "count", "note"),
    [
        (Delivery(), "ping", 1, "a ping as usual"),
        (Delivery(pings=0), "ping", 0, "none"),
        (Delivery(pings=3), "ping", 3, "several"),
        (Delivery(), "weather_report", 0, "nothing unknown"),
        (Delivery(unknown=True), "weather_report", 1, "an event nobody knows"),
    ],
)
def test_extra_events(delivery: Delivery, event: str, count: int, note: str) -> None:
    assert [frame.event for frame in frames(spoken_of(Say("a"), Say("b")), delivery)].count(event) == count, note


def test_usage_comes_twice_with_the_output_at_the_end() -> None:
    events = frames(spoken_of(Say("a long answer " * 9)), Delivery())
    first, last = events[0].data["message"]["usage"], events[-2].data["usage"]
    assert first["output_tokens"] == 1 < last["output_tokens"]
    assert first["cache_read_input_tokens"] == last["cache_read_input_tokens"] == 3


def test_a_frame_is_two_lines_and_a_blank_one() -> None:
    assert Frame("ping", {"type": "ping"}).encode() == b'event: ping\ndata: {"type": "ping"}\n\n'
