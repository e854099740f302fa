"""The blocks of a streamed answer, in the outgoing order."""

from collections import deque

import pytest

from sidecar.core.errors import Refused
from sidecar.core.exchange.blocks import Blocks
from sidecar.core.exchange.calls import Calls
from sidecar.core.exchange.context import AnswerContext
from sidecar.core.exchange.desk import Judged, Session
from sidecar.core.exchange.shown import Item
from sidecar.core.mask.memory import SessionMemory
from sidecar.core.mask.placeholder import Placeholders
from sidecar.core.policy.facts import RequestFacts
from sidecar.core.wire.claude.endpoints import Endpoint
from sidecar.core.wire.claude.stream import StreamReader
from sidecar.core.wire.sse import SseReader
from tests.unit.core.exchange.building import (
    CALLER,
    CLAUDE,
    KEY,
    MASK_KEY,
    MASKS,
    block,
    compiled,
    delta,
    event,
    opening,
    text_block,
    thinking_block,
    tool_block,
)

FACTS = RequestFacts("m", (), True, None, 1, (), (), "POST", "/v1/messages", "messages", 1)


def blocks() -> tuple[Blocks, deque[Item]]:
    rules = compiled(MASKS, "")
    bound = rules.bound(CALLER, CLAUDE)
    assert bound is not None
    queue: deque[Item] = deque()
    session = Session(bound.court(FACTS), SessionMemory(), Placeholders(MASK_KEY, "s", rules.words))
    context = AnswerContext("gx_1", "claude", session, Endpoint.MESSAGES, True, CALLER)
    judged = Judged()
    return Blocks(Calls(context, judged), judged, queue), queue


def taken(*parts: bytes) -> tuple[Blocks, deque[Item]]:
    one, queue = blocks()
    reader = StreamReader()
    for each in SseReader().feed(opening() + b"".join(parts)):
        one.take(reader.read(each))
    return one, queue


def waits(queue: deque[Item]) -> list[bool]:
    return [item.data is None for item in queue]


def test_a_tool_waits_as_one_and_what_follows_waits_behind_it() -> None:
    whole = tool_block(0, '{"a":', "1}")
    begun = whole.split(b"event: content_block_stop")[0]
    _, queue = taken(begun, event("ping"))
    assert waits(queue) == [False, True, False]
    _, queue = taken(whole, event("ping"))
    assert b"".join(item.data or b"" for item in queue) == opening() + whole + event("ping")


def test_items_say_what_they_show() -> None:
    _, queue = taken(text_block(0, "a "), tool_block(1, "{}"))
    assert [item.begins for item in queue][:2] == [True, False]
    assert [item.opens for item in queue if item.opens] == [(0, "text"), (1, "tool_use")]
    assert [item.closes for item in queue if item.closes is not None] == [0, 1]


def test_text_waits_for_its_verdict_and_no_longer() -> None:
    whole = text_block(0, "hello there. ", KEY[:9])
    one, queue = taken(whole.split(b"event: content_block_stop")[0])
    assert waits(queue) == [False, False, False, True]
    assert one.held_characters == 9
    one, queue = taken(whole)
    assert waits(queue) == [False] * 5
    assert one.held_characters == 0


def test_words_are_remembered_block_by_block() -> None:
    one, _ = taken(
        thinking_block(0, f"{KEY} ", "so"), text_block(1, "just ", "words"), tool_block(2, f'{{"a":"{KEY}"}}')
    )
    memory = one.session.memory
    mark = one.session.placeholders.make("KEY", next(iter(one.judged.findings)).how, KEY)
    assert memory.said(f"{mark} so") == f"{KEY} so"
    assert memory.said("just words") == "just words"
    assert memory.said(mark) == KEY
    assert memory.said("words") is None


def test_a_tool_input_that_changes_leaves_as_one_delta_in_its_own_writing() -> None:
    _, queue = taken(tool_block(0, '{ "b" : "', KEY, '",\n "a":1.0e1}'))
    data = b"".join(item.data or b"" for item in queue)
    assert data.count(b"input_json_delta") == 1
    assert b'{ \\"b\\" : \\"[KEY_' in data
    assert b'\\",\\n \\"a\\":1.0e1}' in data


@pytest.mark.parametrize("partial", ["}", '{"a":1}}', "]", '{"a":"\n"}', "{'a':1}"])
def test_an_input_nobody_can_read_is_refused(partial: str) -> None:
    with pytest.raises(Refused):
        taken(tool_block(0, partial))


def test_input_for_a_block_that_takes_none() -> None:
    kind = {"type": "something_new"}
    with pytest.raises(Refused):
        taken(block(0, kind, delta(0, type="input_json_delta", partial_json="{}")))


def test_its_repr_holds_no_text() -> None:
    one, queue = taken(text_block(0, KEY), tool_block(1, f'{{"a":"{KEY}"}}').split(b"event: content_block_stop")[0])
    assert KEY not in repr(one) + repr(queue)
