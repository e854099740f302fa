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


WORDS = "  - {id: w, where: [tool_call], match: {tool: Words}, do: deny, deny: {as: text}, say: Not for zephyr.}\n"


def words(id: str, **given: object) -> Block:
    return {**tool(id, **given), "name": "Words"}


def talking(stream: bool = True, rules: str = "\n" + WORDS, **fields: object) -> Session:
    return Session(calling(rules), stream, fields={"tools": [{"name": "Words"}], **fields})


class TestWords:
    """Where a text stands in the place of a call, the call goes back, and its result with it."""

    @pytest.mark.parametrize("stream", [True, False])
    def test_a_session_of_a_client_that_runs_no_tools(self, stream: bool) -> None:
        talk = talking(stream)
        talk.turn("go", always(thinking("hm"), text("well"), words("1", command=f"put {KEY}", n=1.50)))
        assert [one["type"] for one in talk.got] == ["thinking", "text", "text"]
        assert "Not for zephyr." in str(talk.got[2]["text"])
        call = talk.turn("and on", always(text("so"), words("2"), words("3", command="x"), tool("4", command="ls")))
        (answered, said) = last(call.forward.body or b"")
        assert (answered["tool_use_id"], answered["is_error"]) == (words("1")["id"], True)
        assert answered["content"] == talk.agent[1]["content"][2]["text"]
        assert said == text("and on")
        assert [one["type"] for one in talk.got] == ["text", "text", "text", "tool_use"]
        call = talk.turn([*agent(talk.got), text("and?")], always(text("ok")))
        ids = [one.get("tool_use_id") for one in last(call.forward.body or b"")]
        assert ids == [words(id)["id"] for id in "234"] + [None]
        call = talk.turn("thanks", always(text("bye")))
        assert b"Not for zephyr" not in b"".join(
            json.dumps(one).encode()
            for one in json.loads(call.forward.body or b"")["messages"]
            if one["role"] != "user"
        )

    @pytest.mark.parametrize("said", ["a string", ["a block"], []])
    def test_whatever_shape_the_next_message_has(self, said: object) -> None:
        talk = talking()
        talk.turn("go", always(words("1")))
        shape = [text(one) for one in said] if isinstance(said, list) else said
        call = talk.turn(shape, always(text("ok")))
        assert [one["type"] for one in last(call.forward.body or b"")] == ["tool_result", "text"][: 2 if said else 1]

    def test_an_answer_that_the_client_keeps_as_nothing_but_its_text(self) -> None:
        talk = talking()
        talk.replays = lambda blocks: blocks[0]["text"]  # type: ignore[assignment,return-value]
        talk.turn("go", always(words("1", command="x")))
        call = talk.turn("on", always(text("ok")))
        assert json.loads(call.forward.body or b"")["messages"][1]["content"] == [words("1", command="x")]

    @pytest.mark.parametrize(
        ("note", "fields", "replays"),
        [
            ("no tools any more", {"tools": []}, list),
            ("thinking is wanted, and the client left it out", {"thinking": {"type": "enabled"}}, lambda got: got[1:]),
            ("joined with other words", {}, lambda got: [text(str(got[1]["text"]) + " and more")]),
            ("one of two is missing", {}, lambda got: got[:2]),
            ("nobody answered it", {}, None),
        ],
    )
    def test_what_would_be_no_legal_past_stays_as_the_client_tells_it(
        self, note: str, fields: dict[str, object], replays: object
    ) -> None:
        talk = talking(**fields)
        talk.turn("go", always(thinking("hm"), words("1", command="x"), words("2", command="y")))
        told = replays(talk.got) if replays else talk.got  # type: ignore[operator]
        messages = [{"role": "user", "content": "go"}, {"role": "assistant", "content": told}]
        messages += [{"role": "user", "content": "on"}] if replays else []
        call = ask(talk.gate, request(**talk.fields, messages=messages), caller=talk.caller)
        assert json.loads(call.forward.body or b"")["messages"] == messages, note

    def test_they_are_not_denied_where_a_rule_would_mind_them(self) -> None:
        talk = talking(rules=MIXED % "" + WORDS)
        talk.turn("go", always(words("1", command="ls")))
        call = talk.turn("and on", always(text("bye")))
        assert b"Not for zephyr." in (call.forward.body or b"")
