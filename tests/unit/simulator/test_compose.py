import json
from collections.abc import Callable

import pytest

from sidecar.simulator.ask import Ask, read_ask
from sidecar.simulator.compose import compose, numbered_ids
from sidecar.simulator.reply import Reply, Say, Think, Use, Whole
from sidecar.simulator.seal import check_all
from sidecar.simulator.tokens import Usage

USAGE = Usage(fresh=7, written=2, read=1)
Make = Callable[..., Ask]


@pytest.mark.parametrize(
    ("reply", "stop", "note"),
    [
        (Reply((Say("a"),)), "end_turn", "a text"),
        (Reply((Say("a"), Use("Bash"))), "tool_use", "a call"),
        (Reply((Say("a"),), stop="max_tokens"), "max_tokens", "as told"),
    ],
)
def test_stop_reason(reply: Reply, stop: str, note: str, make_ask: Make) -> None:
    assert compose(make_ask("hi"), reply, USAGE, numbered_ids("s")).message["stop_reason"] == stop, note


def test_blocks_as_the_api_shows_them(make_ask: Make) -> None:
    parts = (
        Think("hm"),
        Say("see", ({"type": "x"},)),
        Use("Bash", '{"b": 1, "a": "\\u0041"}', id="t1"),
        Whole({"type": "odd"}),
    )
    spoken = compose(make_ask("hi"), Reply(parts), USAGE, numbered_ids("s"))
    thinking, *rest = spoken.blocks
    assert (thinking["type"], thinking["thinking"]) == ("thinking", "hm")
    assert rest == [
        {"type": "text", "text": "see", "citations": [{"type": "x"}]},
        {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"b": 1, "a": "A"}},
        {"type": "odd"},
    ]
    assert spoken.inputs == {2: '{"b": 1, "a": "\\u0041"}'}
    assert spoken.message["usage"]["input_tokens"] == 7
    assert spoken.message["usage"]["cache_read_input_tokens"] == 1


@pytest.mark.parametrize(
    ("said", "note"),
    [
        (["hi"], "after a prompt"),
        (["hi", ("assistant", "ho"), "and"], "later"),
        (["hi", ("assistant", "I begin and")], "as the rest of a prefilled answer"),
        (["a", "b"], "after two messages of the user"),
    ],
)
def test_what_was_composed_is_accepted_again(said: list[object], note: str, make_ask: Make) -> None:
    ask = make_ask(*said, system="be good")
    parts = (Think("one"), Say("two"), Think("", redacted=True), Think("three"), Use("Bash"))
    spoken = compose(ask, Reply(parts), USAGE, numbered_ids("s"))
    told = [*ask.body["messages"], {"role": "assistant", "content": list(spoken.blocks)}]
    again = read_ask(json.dumps({**ask.body, "messages": told}).encode())
    assert check_all(again) == (3, []), note


def test_identifiers_repeat_with_their_seed() -> None:
    one, same, other = numbered_ids("a"), numbered_ids("a"), numbered_ids("b")
    first = [one("msg"), one("msg"), one("toolu")]
    assert first == [same("msg"), same("msg"), same("toolu")]
    assert len({*first, other("msg")}) == 4
    assert first[2].startswith("toolu_01")
