"""The tool calls of an answer: each way in which one can leave, in both shapes of an answer."""

import json

import pytest

from sidecar.core.exchange.calls import INSTEAD
from tests.unit.core.exchange.building import CALLER, KEY, SSE, ask, cuts, happened
from tests.unit.core.exchange.calling import ID, answer, calling, content, reply, stop_reason, streamed, use
from tests.unit.core.exchange.test_answer_denied import legal

WORLD = calling()
BOTH = pytest.mark.parametrize("stream", [True, False])
TEXT = {"type": "text", "text": "Well, I shall."}
DENIED = {"rule": "destroys", "reason": "Nothing is destroyed here.", "instead": "Move it to trash."}
TURNED = {"type": "tool_use", "id": ID, "name": "blocked_by_policy", "input": DENIED}


@BOTH
def test_an_allowed_call_leaves_byte_for_byte(stream: bool) -> None:
    blocks = (TEXT, use("ls"), use("cat x", id="toolu_1123456789"))
    call = answer(WORLD, *blocks, stream=stream)
    assert call.received == (streamed(*blocks) if stream else json.dumps(reply(*blocks), ensure_ascii=False).encode())


@BOTH
def test_a_denied_call_leaves_under_another_name_and_the_others_as_they_are(stream: bool) -> None:
    call = answer(WORLD, TEXT, use("rm x"), use("ls", id="toolu_1"), stream=stream)
    assert content(call) == [TEXT, TURNED, use("ls", id="toolu_1")]
    assert stop_reason(call) == "tool_use"
    if stream:
        legal(call.received)
    assert call.facts["answered"]["verdict"] == "deny"
    assert call.facts["answered"]["rule"] == "destroys"
    assert call.facts["answered"]["complete"] is True


@BOTH
@pytest.mark.parametrize(
    ("note", "one", "rule"),
    [
        ("what nobody understands may be anything", use("???"), "destroys"),
        ("a text in it", use("echo zephyr"), "never"),
        ("an input that is no object", {**use(""), "input": "rm x"}, "destroys"),
        ("a list", {**use(""), "input": ["rm x"]}, "destroys"),
        ("a mask on a key", {**use(""), "input": {KEY: "x"}}, "secrets"),
    ],
)
def test_denied_for(note: str, one: dict[str, object], rule: str, stream: bool) -> None:
    call = answer(WORLD, one, stream=stream)
    (turned,) = content(call)
    assert (turned["name"], turned["input"]["rule"]) == ("blocked_by_policy", rule)
    assert turned["input"]["instead"] == (DENIED["instead"] if rule == "destroys" else INSTEAD)


@BOTH
@pytest.mark.parametrize(
    ("note", "blocks", "kinds", "reason"),
    [
        ("alone", (use("x", "Words"),), ["text"], "end_turn"),
        ("beside an allowed one", (use("x", "Words"), use("ls")), ["text", "tool_use"], "tool_use"),
        ("beside a renamed one", (use("rm x"), use("x", "Words", "toolu_2")), ["tool_use", "text"], "tool_use"),
        ("without an identifier", (use("rm x", id=None),), ["text"], "end_turn"),
    ],
)
def test_as_words(
    note: str, blocks: tuple[dict[str, object], ...], kinds: list[str], reason: str, stream: bool
) -> None:
    call = answer(WORLD, *blocks, stream=stream)
    assert [one["type"] for one in content(call)] == kinds
    assert stop_reason(call) == reason
    assert any("Blocked by policy rule" in str(one.get("text")) for one in content(call))
    if stream:
        legal(call.received)


def test_why_it_ended_is_only_told_anew_for_tool_calls() -> None:
    assert stop_reason(answer(WORLD, use("x", "Words"), stream=True, reason="max_tokens")) == "max_tokens"


@pytest.mark.parametrize("kind", ["server_tool_use", "mcp_tool_use", "browser_tool_use"])
def test_what_the_provider_carries_out_ends_the_answer(kind: str) -> None:
    one = use("rm x", id="srvtoolu_0123456789", kind=kind)
    call = answer(WORLD, TEXT, one, {"type": "text", "text": "later"}, stream=True)
    legal(call.received)
    assert [block["type"] for block in content(call)] == ["text", "text"]
    assert "Nothing is destroyed here." in str(content(call)[1]["text"])
    assert stop_reason(call) == "end_turn"
    whole = answer(WORLD, TEXT, one, stream=False)
    assert stop_reason(whole) == "end_turn"
    assert b"rm x" not in whole.received + call.received


def test_a_rule_may_want_the_end() -> None:
    call = answer(WORLD, TEXT, use("x", "Ends"), stream=True)
    assert happened(call.received)[-1]["type"] == "error"
    assert answer(WORLD, use("x", "Ends"), stream=False).start.status == 400


def test_any_cut_gives_the_same_bytes() -> None:
    stream = streamed(TEXT, use("rm x"), use("x", "Words", "toolu_2"), use(f"echo {KEY}", id="toolu_3"))
    ways = {ask(WORLD, None, pieces=[b'{"messages":[]}']).answered(pieces, SSE).received for pieces in cuts(stream, 4)}
    assert len(ways) == 1


def test_a_call_that_begins_with_an_input_is_judged_by_each() -> None:
    """Some clients take the one, some the other."""
    good, bad = json.dumps({"command": "ls"}), json.dumps({"command": "rm x"})
    for begun, given in ((good, bad), (bad, good), (bad, "")):
        stream = streamed(use("ls")).decode()
        start = json.dumps({"input": {}}, separators=(",", ":"))[1:-1]
        stream = stream.replace(start, f'"input":{begun}')
        whole = [line for line in stream.split("\n\n") if "input_json_delta" not in line]
        if given:
            part = {"type": "input_json_delta", "partial_json": given}
            event = json.dumps({"type": "content_block_delta", "index": 0, "delta": part})
            whole.insert(2, f"event: content_block_delta\ndata: {event}")
        call = ask(WORLD, None, pieces=[b'{"messages":[]}']).answered(["\n\n".join(whole).encode()], SSE)
        assert content(call) == [TURNED], (begun, given)


def test_what_the_provider_said_is_remembered() -> None:
    world = calling()
    answer(world, use("rm x"), stream=True)
    memory = world.memories.of(f"{CALLER.provider}\n{CALLER.subject}\n{CALLER.claimed_session}")
    turned = memory.turned_call(ID)
    assert turned is not None
    assert (turned.name, json.loads(turned.input)) == ("Bash", {"command": "rm x"})
    assert turned.sentence == (
        "Blocked by policy rule destroys: Nothing is destroyed here. (exchange gx_1) Move it to trash."
    )
