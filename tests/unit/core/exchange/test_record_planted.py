"""No planted secret in anything that an exchange asks to be written down, whatever became of the call."""

import json
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.detect.catalogue import builtin
from sidecar.core.exchange import events as e
from sidecar.core.exchange.commands import Record
from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.recalled import recalled
from sidecar.core.exchange.rules import Rules
from sidecar.core.model.http import ResponseHead
from sidecar.core.policy.book import PolicySource, compile_book
from tests.planted import Planted, leaked, planted
from tests.unit.core.exchange.building import (
    CLAUDE,
    JSON,
    MASK_KEY,
    SSE,
    Call,
    ask,
    delta,
    event,
    message,
    opening,
    put_together,
    request,
    text_block,
    thinking_block,
    tool_block,
)

EVERYTHING = "detect: ['secret/*', 'pii/*']"
POLICIES = {
    "tokens": f"- {{id: r, {EVERYTHING}, do: mask, how: token}}",
    "redacted": f"- {{id: r, {EVERYTHING}, do: mask, how: redact}}",
    "denied": f"- {{id: r, {EVERYTHING}, do: deny}}",
    "denied in the answer": f"- {{id: r, where: [response, tool_call, thinking], {EVERYTHING}, do: deny}}",
    "denied as an answer": f"- {{id: r, {EVERYTHING}, do: deny, deny: {{as: answer}}}}",
    "only looked at": f"- {{id: r, {EVERYTHING}, do: deny, stage: shadow}}",
    "not minded here": f"- {{id: r, where: [thinking], {EVERYTHING}, do: mask}}",
}


@cache
def rules(name: str) -> Rules:
    text = f"policy: p\nrules:\n  {POLICIES[name]}\n"
    return Rules.of(compile_book([PolicySource("p.yaml", text)], builtin()))


def gate(name: str) -> Gate:
    return Gate(rules(name), (CLAUDE,), MASK_KEY)


def written(call: Call) -> bytes:
    """Everything that the record gets, and the parts once more without their escapes."""
    records = [command for command in call.said if isinstance(command, Record)]
    facts = [json.dumps(dict(one.fact), ensure_ascii=False).encode() for one in records]
    parts = [data for one in records for data in one.parts.values()]
    plain = [json.dumps(json.loads(data), ensure_ascii=False).encode("utf-8", "replace") for data in parts]
    return b"\n".join((*facts, *parts, *plain))


def clean(call: Call, secrets: list[Planted]) -> None:
    data = written(call)
    assert [one.name for one in secrets if leaked(one, data)] == []


SECRETS = planted("the record")
CALLED = "toolu_0123456789"
WAYS = {
    "a prompt": lambda line, _: request(line),
    "a block": lambda line, _: request([{"type": "text", "text": f"see\n{line}\nthere"}]),
    "a system prompt": lambda line, _: request("hi", system=[{"type": "text", "text": line}]),
    "a long system prompt": lambda line, _: request("hi", system=f"{'word ' * 60}\n{line}"),
    "a result": lambda line, _: request([{"type": "tool_result", "tool_use_id": CALLED, "content": line}]),
    "a tool": lambda line, _: request("hi", tools=[{"name": "T", "description": line, "input_schema": {}}]),
    "an input": lambda line, _: request(
        "hi", [{"type": "tool_use", "id": "toolu_0123456789", "name": "Bash", "input": {"deep": [{"a": line}]}}], "so"
    ),
    "a key": lambda line, _: request("hi", [{"type": "tool_use", "name": "B", "input": {line: 1}}], "so"),
    "metadata": lambda line, _: request("hi", metadata={"user_id": line}),
    "a field nobody knows": lambda line, _: request("hi", whatever={"x": [line]}),
    "the name of a field": lambda line, _: request("hi", **{line: 1}),
    "the model": lambda line, _: request("hi", model=line),
    "thinking": lambda line, _: request("hi", [{"type": "thinking", "thinking": line, "signature": "c2ln"}], "so"),
    "an id": lambda line, _: request([{"type": "tool_result", "tool_use_id": line, "content": "x"}]),
    "a media type": lambda line, _: request(
        [{"type": "image", "source": {"type": "base64", "media_type": line, "data": "aGk="}}]
    ),
    "named and bare": lambda line, value: request(line, "I see", [{"type": "text", "text": f"{value} it is"}]),
}  # fmt: skip


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("way", WAYS)
def test_in_a_request(policy: str, way: str) -> None:
    world = gate(policy)
    for one in SECRETS:
        body = WAYS[way](one.line, one.value)
        clean(ask(world, body), [one])


def test_in_an_address() -> None:
    for one in SECRETS:
        clean(ask(gate("denied"), request("hi"), f"/v1/messages?q={one.value}"), [one])


def says(one: Planted) -> dict[str, bytes]:
    halves = one.line[: len(one.line) // 2], one.line[len(one.line) // 2 :]
    raw = json.dumps({"command": one.line, "more": {one.line: [one.line]}})
    return {
        "text": message(text_block(0, "see ", *halves, " there")),
        "thinking": message(thinking_block(0, *halves)),
        "an input": message(tool_block(0, *[raw[at : at + 7] for at in range(0, len(raw), 7)])),
        "a citation": message(
            text_block(0, "x").replace(
                b"event: content_block_stop",
                delta(0, type="citations_delta", citation={"type": "char_location", "cited_text": one.line})
                + b"event: content_block_stop",
            )
        ),
        "the name of a tool": message(tool_block(0, "{}", name=one.line)),
        "a result": message(
            event(
                "content_block_start",
                index=0,
                content_block={"type": "mcp_tool_result", "tool_use_id": "mcptoolu_0123456789", "content": one.line},
            )
            + event("content_block_stop", index=0)
        ),
        "an error": opening() + event("error", error={"type": "overloaded_error", "message": one.line}),
        "the reason to stop": message(text_block(0, "x"), reason=one.line),
        "a stream that is cut": opening() + text_block(0, *halves).split(b"event: content_block_stop")[0],
        "an input that is cut": opening() + tool_block(0, raw[:-5]).split(b"event: content_block_stop")[0],
    }


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("way", says(SECRETS[0]))
def test_in_a_stream(policy: str, way: str) -> None:
    world = gate(policy)
    for one in SECRETS:
        stream = says(one)[way]
        clean(ask(world, request("hi", stream=True)).answered([stream], SSE), [one])


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(
    ("note", "status", "headers"),
    [("an answer", 200, JSON), ("an error", 400, JSON), ("an error page", 502, (("content-type", "text/html"),))],
)
def test_in_a_body(policy: str, note: str, status: int, headers: tuple[tuple[str, str], ...]) -> None:
    world = gate(policy)
    for one in SECRETS:
        block = {"type": "text", "text": one.line}
        call = {"type": "tool_use", "id": "toolu_0123456789", "name": "B", "input": {one.line: [one.line]}}
        body: object = {"type": "message", "content": [block, call], "stop_reason": one.line}
        if status >= 400:
            body = {"type": "error", "error": {"type": one.line, "message": one.line}}
        if headers is not JSON:
            body = f"<h1>{one.line}</h1>".encode()
        clean(ask(world, request("hi")).answered(body, headers, status), [one])


@pytest.mark.parametrize("policy", ["tokens", "redacted"])
def test_what_the_agent_got_back_is_not_written_down_when_it_sends_it_again(policy: str) -> None:
    """The value comes back without the words that gave it away the first time."""
    world = gate(policy)
    for one in SECRETS:
        first = ask(world, request(one.line, stream=True))
        heard = json.loads(first.forward.body or b"")["messages"][0]["content"]
        placeholder = heard[heard.index("[") : heard.index("]") + 1]
        raw = json.dumps({"value": placeholder})
        first.answered([message(text_block(0, f"It is {placeholder}."), tool_block(1, raw))], SSE)
        got = put_together(first.received)
        clean(first, [one])
        result = [{"type": "tool_result", "tool_use_id": "toolu_0123456789", "content": f"done: {one.value}"}]
        second = ask(world, request(one.line, got, result, stream=True))
        clean(second, [one])
        if policy == "tokens":
            assert json.dumps(one.value)[1:-1] in json.dumps(got), "the agent gets what is its own"


@given(st.integers(0, 10**6), st.integers(1, 400), st.sampled_from(sorted(POLICIES)))
@settings(max_examples=60, deadline=None)
def test_a_stream_that_is_cut_anywhere(seed: int, at: int, policy: str) -> None:
    """Half of a secret stood there, and the other half never came."""
    one = SECRETS[seed % len(SECRETS)]
    stream = opening() + text_block(0, f"here: {one.line[:at]}").split(b"event: content_block_stop")[0]
    call = ask(gate(policy), request("hi", stream=True))
    call.tell(e.ResponseStarted(ResponseHead(200, SSE), 1000.0))
    call.tell(e.ResponseChunk(stream, 1000.5))
    call.tell(e.Gone(1001.0))
    beginning = one.value[: max(0, at - one.line.index(one.value))][: len(one.value)]
    if len(beginning) >= 12 and one.line == one.value and "\n" not in beginning:
        assert beginning.encode() not in written(call)
    clean(call, [one])


def test_what_is_written_down_can_be_read_again() -> None:
    one = next(each for each in SECRETS if each.name == "mail")
    call = ask(gate("tokens"), request(f"write to {one.value}", stream=True))
    record = next(command for command in call.said if isinstance(command, Record))
    outline = json.loads(record.parts[record.fact["request"]["outline"]])
    sent = json.loads(call.forward.body or b"")
    assert recalled(outline, record.parts) == sent
    assert one.value not in json.dumps(sent)
