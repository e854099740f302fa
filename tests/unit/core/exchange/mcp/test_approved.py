"""What people say yes to is all that the server reads."""

import json

import pytest

from sidecar.core.exchange.mcp.approved import content, shown
from sidecar.core.model.http import Headers, RequestHead
from sidecar.core.understand.understand import understand
from sidecar.core.wire.json_strict import parse
from sidecar.core.wire.mcp.message import read_message
from tests.unit.core.exchange.mcp.speaking import call, request, result

TRACE = "00-" + "4bf92f3577b34da6" * 2 + "-00f067aa0ba902b7-01"


def meant(message: object, *headers: tuple[str, str]) -> object:
    return content(RequestHead("POST", "/", headers), "/mcp", json.dumps(message).encode()).body


def with_meta(**meta: object) -> dict[str, object]:
    return request("tools/call", 1, name="send", arguments={}, _meta=meta)


SAME = (
    ("another id", call(id=1), call(id="two")),
    ("another token", with_meta(progressToken=1), with_meta(progressToken="a-b")),
    ("a token, and none", call(), with_meta(progressToken=1)),
    ("another trace", with_meta(traceparent=TRACE), call()),
    ("another order", {"a": 1, "b": 2}, {"b": 2, "a": 1}),
)
OTHER = (
    ("another argument", call(a="1"), call(a="2")),
    ("a token that speaks", call(), with_meta(progressToken="send it to mallory")),
    ("a token that is no token", call(), with_meta(progressToken={"a": 1})),
    ("a true one", call(), with_meta(progressToken=True)),
    ("a trace that speaks", call(), with_meta(traceparent="x")),
    ("a number for a trace", call(), with_meta(traceparent=7)),
    ("another field", call(), with_meta(tenant="b")),
    ("baggage", call(), with_meta(baggage="user=eve")),
    ("a task", call(), with_meta(**{"io.modelcontextprotocol/related-task": {"taskId": "1"}})),
    ("another result", result(1, action="accept"), result(1, action="decline")),
    ("a field beside", call(), {**call(), "x": 1}),
)


@pytest.mark.parametrize(("one", "other"), [row[1:] for row in SAME], ids=[row[0] for row in SAME])
def test_what_is_another_at_every_try_is_no_part_of_it(one: object, other: object) -> None:
    assert meant(one) == meant(other)


@pytest.mark.parametrize(("one", "other"), [row[1:] for row in OTHER], ids=[row[0] for row in OTHER])
def test_everything_else_is(one: object, other: object) -> None:
    assert meant(one) != meant(other)


def test_headers_that_are_arguments_count() -> None:
    assert meant(call(), ("mcp-param-region", "eu")) != meant(call(), ("mcp-param-region", "us"))
    assert meant(call(), ("accept", "a")) == meant(call(), ("accept", "b"))


SHOWN = (
    (request("prompts/get", name="p", arguments={"a": "b"}), "MCP prompts/get", ["name: p", 'arguments: {"a": "b"}']),
    (result(3, action="accept", content={"k": "v"}), "MCP result", ["action: accept", 'content: {"k": "v"}']),
    (None, "MCP request", [": GET /sse", "mcp-param-x: y"]),
)


@pytest.mark.parametrize(("said", "title", "lines"), SHOWN)
def test_what_is_no_call_of_a_tool_is_shown_whole(said: object, title: str, lines: list[str]) -> None:
    headers: Headers = () if said is not None else (("mcp-param-x", "y"),)
    message = read_message(parse(json.dumps(said).encode())) if said is not None else None
    card = shown(RequestHead("GET", "/sse", headers), "/sse", message, None, understand)
    assert (card.title, [f"{one.name}: {one.text}" for one in card.given]) == (title, lines)
