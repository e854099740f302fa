"""Blocks to pieces: where each kind stands, and whose result a result is."""

import pytest

from sidecar.core.model.place import Place
from sidecar.core.wire.claude.blocks import Blocks, is_call, is_result
from sidecar.core.wire.claude.gather import Cursor

CALL = {"type": "tool_use", "id": "toolu_01AbCdEfGhIj", "name": "Bash", "input": {"command": "ls"}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_01AbCdEfGhIj", "content": "x"}
PLACES = [
    ("text", {"type": "text", "text": "x"}, Place.PROMPT, Place.RESPONSE),
    ("thinking", {"type": "thinking", "thinking": "x"}, Place.PROMPT, Place.THINKING),
    ("a call", CALL, Place.PROMPT, Place.TOOL_CALL),
    ("a call of the provider", {**CALL, "type": "server_tool_use"}, Place.PROMPT, Place.TOOL_CALL),
    ("a call of a later version", {**CALL, "type": "new_tool_use"}, Place.PROMPT, Place.TOOL_CALL),
    ("a result", RESULT, Place.TOOL_RESULT, Place.TOOL_RESULT),
    ("a result of the provider", {**RESULT, "type": "web_search_tool_result"}, Place.TOOL_RESULT, Place.TOOL_RESULT),
    ("a result of a later version", {**RESULT, "type": "new_tool_result"}, Place.TOOL_RESULT, Place.TOOL_RESULT),
    ("an unknown block", {"type": "hologram", "x": "y"}, Place.PROMPT, Place.RESPONSE),
    ("no block", "x", Place.PROMPT, Place.RESPONSE),
]


@pytest.mark.parametrize(("note", "block", "asked", "answered"), PLACES, ids=[row[0] for row in PLACES])
def test_places(note, block, asked, answered):
    assert Blocks(Cursor()).asked(block, "p", Place.PROMPT, assistant=False).place is asked
    assert Blocks(Cursor()).answered(block, "p").place is answered


def test_a_result_knows_its_tool_if_the_call_came_before():
    blocks = Blocks(Cursor())
    before = blocks.asked(RESULT, "p", Place.PROMPT, assistant=False)
    call = blocks.asked(CALL, "p", Place.PROMPT, assistant=True)
    after = blocks.asked(RESULT, "p", Place.PROMPT, assistant=False)
    assert (before.tool, call.tool, after.tool) == (None, "Bash", "Bash")
    assert (call.assistant, after.assistant) == (True, False)


@pytest.mark.parametrize("block", [{**CALL, "name": 7}, {**CALL, "id": 7}, {**RESULT, "tool_use_id": ["x"]}])
def test_names_and_ids_of_odd_shape(block):
    assert Blocks(Cursor()).answered(block, "p").tool in (None, "Bash")


@pytest.mark.parametrize(
    ("block", "signed"),
    [
        ({"type": "thinking", "thinking": "x", "signature": "abc="}, True),
        ({"type": "thinking", "thinking": "x", "signature": ""}, False),
        ({"type": "redacted_thinking", "data": "abc="}, True),
        ({"type": "text", "text": "x", "signature": "abc="}, False),
    ],
)
def test_signed_thinking(block, signed):
    blocks = Blocks(Cursor())
    blocks.asked(block, "p", Place.PROMPT, assistant=True)
    blocks.asked({"type": "text", "text": "x"}, "p", Place.PROMPT, assistant=True)
    assert blocks.signed_thinking is signed


def test_kinds():
    kinds = ("tool_use", "mcp_tool_use", "tool_result", "mcp_tool_result", "text", "")
    assert [kind for kind in kinds if is_call(kind)] == ["tool_use", "mcp_tool_use"]
    assert [kind for kind in kinds if is_result(kind)] == ["tool_result", "mcp_tool_result"]
