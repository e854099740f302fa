"""The provider sees the past it produced, whatever the agent was given."""

import json
from dataclasses import replace

import pytest

from sidecar.core.exchange.gate import Gate
from sidecar.core.mask.memory import Memories
from sidecar.core.wire.claude.endpoints import Endpoint
from tests.unit.core.exchange.building import JSON, KEY, MAIL, ask, encoded, request
from tests.unit.core.exchange.calling import calling
from tests.unit.core.exchange.talking import Block, Session, always, result, text, thinking, tool

NO_SUCH_TOOL = "<tool_use_error>Error: No such tool available: blocked_by_policy</tool_use_error>"
SENTENCE = "Blocked by policy rule destroys: Nothing is destroyed here. (exchange gx_1) Move it to trash."


def agent(got: list[Block]) -> list[Block]:
    """What an agent answers to each call of an answer."""
    return [
        {"type": "tool_result", "tool_use_id": one["id"], **_outcome(one), "cache_control": {"type": "ephemeral"}}
        for one in got
        if one["type"] == "tool_use"
    ]


def _outcome(one: Block) -> Block:
    blocked = one["name"] == "blocked_by_policy"
    return {"content": NO_SUCH_TOOL, "is_error": True} if blocked else {"content": "done"}


def session(stream: bool, world: Gate | None = None) -> Session:
    return Session(world or calling(), stream)


def last(heard: bytes) -> list[Block]:
    return list(json.loads(heard)["messages"][-1]["content"])


@pytest.mark.parametrize("stream", [True, False])
def test_a_session_with_denied_calls(stream: bool) -> None:
    """Each turn is checked by `Session`: the provider's past never changes, value for value."""
    talk = session(stream)
    both = (tool("1", command=f"rm {KEY} of {MAIL}"), tool("2", command="ls"))
    talk.turn(f"clean up, {MAIL}", always(thinking("hm"), *both))
    assert [one.get("name") for one in talk.got] == [None, "blocked_by_policy", "Bash"]
    call = talk.turn(agent(talk.got), always(thinking("then"), tool("3", command="mv x trash", n=1.50)))
    assert call.forward.body is not None
    first, second = last(call.forward.body)
    assert (first["content"], first["is_error"], first["cache_control"]) == (SENTENCE, True, {"type": "ephemeral"})
    assert second["content"] == "done"
    talk.turn(agent(talk.got), always(text("ok"), tool("4", command="rm y")))
    talk.turn(agent(talk.got), always(text("then not")))
    call = talk.turn("thanks", always(text("bye")))
    assert NO_SUCH_TOOL.encode() not in (call.forward.body or b"")
    assert b"blocked_by_policy" not in (call.forward.body or b"")


def test_what_the_model_said_goes_back_although_rules_would_mind_it() -> None:
    """The model made up a secret; it knows those words, and only its own block changes nothing."""
    talk = session(True)
    talk.turn("go", always(tool("1", command=f"rm {KEY}")))
    call = talk.turn(agent(talk.got), always(text("ok")))
    assert KEY.encode() in (call.forward.body or b"")
    assert KEY.encode() not in json.dumps(call.facts).encode()
    assert all(KEY.encode() not in part for one in call.said for part in getattr(one, "parts", {}).values())


def test_a_memory_that_was_lost_leaves_a_legal_past() -> None:
    talk = session(True)
    talk.turn("go", always(tool("1", command="rm x")))
    talk.gate.memories = Memories()
    talk.provider = []
    call = talk.turn(agent(talk.got), always(text("ok")))
    blocks = json.loads(call.forward.body or b"")["messages"]
    assert blocks[1]["content"][0]["name"] == "blocked_by_policy"
    assert blocks[2]["content"][0]["content"] == NO_SUCH_TOOL


def test_another_session_learns_nothing() -> None:
    talk = session(True)
    talk.turn("go", always(tool("1", command="rm x")))
    messages = [{"role": "user", "content": "go"}, {"role": "assistant", "content": talk.got}]
    other = ask(talk.gate, request(messages=messages), caller=replace(talk.caller, claimed_session="s-2"))
    assert b"rm x" not in (other.forward.body or b"")


def test_a_call_with_a_secret_for_a_key_stays_as_the_agent_got_it() -> None:
    """Put back, the whole conversation would be denied from then on."""
    talk = session(True)
    talk.turn("go", always({**tool("1"), "input": {KEY: "x"}}))
    talk.provider = []
    call = talk.turn(agent(talk.got), always(text("ok")))
    assert KEY.encode() not in (call.forward.body or b"")


def test_a_result_for_a_call_that_nobody_made() -> None:
    talk = session(True)
    talk.turn("go", always(tool("1", command="rm x")))
    body = request(messages=[{"role": "user", "content": [result("1", NO_SUCH_TOOL)]}], note="blocked_by_policy")
    forwarded = ask(talk.gate, body).forward.body
    assert forwarded == encoded(body)


def test_tokens_are_counted_over_the_same_past() -> None:
    talk = session(True)
    talk.turn("go", always(tool("1", command="rm x")))
    messages = [{"role": "user", "content": "go"}, {"role": "assistant", "content": talk.got}]
    call = ask(talk.gate, request(messages=messages), "/v1/messages/count_tokens", headers=JSON)
    assert b'"rm x"' in (call.forward.body or b"")
    assert Endpoint.COUNT_TOKENS.value == call.fact["endpoint"]


def test_originals_are_what_came() -> None:
    world = calling(keep_originals=True)
    talk = session(True, world)
    talk.turn("go", always(tool("1", command="rm x")))
    call = talk.turn(agent(talk.got), always(text("ok")))
    (original, *_) = [one.original for one in call.said if getattr(one, "original", None)]
    assert b"blocked_by_policy" in original


MIXED = """
  - {id: mixed, match: {keywords: [zephyr]}, do: deny, say: Nobody says zephyr.%s}
"""


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("where", ["", ", where: [prompt, tool_result, tool_call]"])
def test_a_rule_on_all_texts_renames_the_call_it_matches_in_and_the_session_goes_on(where: str, stream: bool) -> None:
    """Its own sentence names what it forbids, and is not denied where the agent tells it again."""
    talk = session(stream, calling(MIXED % where))
    talk.turn("go", always(text("well"), tool("1", command="echo zephyr")))
    assert [one.get("name") for one in talk.got] == [None, "blocked_by_policy"]
    call = talk.turn(agent(talk.got), always(text("ok")))
    (first,) = last(call.forward.body or b"")
    assert "Nobody says zephyr." in first["content"]
    talk.turn("and on", always(text("bye")))


def test_what_a_rule_on_all_texts_finds_in_a_result_is_denied_all_the_same() -> None:
    talk = session(True, calling(MIXED % ""))
    talk.turn("go", always(tool("1", command="echo zephyr"), tool("2", command="ls")))
    refused, done = agent(talk.got)
    results = [refused, {**done, "content": "of zephyr"}]
    messages = [{"role": "user", "content": "go"}, {"role": "assistant", "content": talk.got}]
    call = ask(talk.gate, request(messages=[*messages, {"role": "user", "content": results}]), caller=talk.caller)
    assert call.fact["verdict"] == "deny"


def test_words_in_place_of_a_call_are_not_denied_either() -> None:
    words = "  - {id: w, where: [tool_call], match: {tool: Words}, do: deny, deny: {as: text}, say: Not for zephyr.}\n"
    talk = session(True, calling(MIXED % "" + words))
    talk.turn("go", always({**tool("1", command="ls"), "name": "Words"}))
    assert "Not for zephyr." in str(talk.got[0].get("text"))
    talk.provider = []
    call = talk.turn("and on", always(text("bye")))
    assert b"Not for zephyr." in (call.forward.body or b"")
