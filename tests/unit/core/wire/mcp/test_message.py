"""What a JSON-RPC message is, and which are refused."""

import json

import pytest

from sidecar.core.errors import Refused
from sidecar.core.wire.json_strict import parse
from sidecar.core.wire.mcp.message import Kind, Message, read_message


def read(value: object) -> Message:
    return read_message(parse(json.dumps(value).encode()))


KINDS = (
    ("a request", {"jsonrpc": "2.0", "id": 1, "method": "ping"}, Kind.REQUEST, 1),
    ("an id that is text", {"jsonrpc": "2.0", "id": "a", "method": "ping"}, Kind.REQUEST, "a"),
    ("an empty id", {"jsonrpc": "2.0", "id": "", "method": "ping"}, Kind.REQUEST, ""),
    ("zero is an id", {"jsonrpc": "2.0", "id": 0, "method": "ping"}, Kind.REQUEST, 0),
    ("a notification", {"jsonrpc": "2.0", "method": "notifications/initialized"}, Kind.NOTIFICATION, None),
    ("a result", {"jsonrpc": "2.0", "id": 3, "result": {}}, Kind.RESULT, 3),
    ("an error", {"jsonrpc": "2.0", "id": 3, "error": {"code": 1, "message": "no"}}, Kind.ERROR, 3),
    ("an error about nothing", {"jsonrpc": "2.0", "id": None, "error": {"code": 1, "message": "no"}}, Kind.ERROR, None),
)


@pytest.mark.parametrize(("value", "kind", "id"), [row[1:] for row in KINDS], ids=[row[0] for row in KINDS])
def test_what_a_message_is(value: object, kind: Kind, id: object) -> None:
    message = read(value)
    assert (message.kind, message.id) == (kind, id)


REFUSED = (
    ("a batch", [{"jsonrpc": "2.0", "id": 1, "method": "ping"}], "batches"),
    ("an empty batch", [], "batches"),
    ("text", "ping", "jsonrpc"),
    ("another JSON-RPC", {"jsonrpc": "1.0", "id": 1, "method": "ping"}, "jsonrpc"),
    ("no version", {"id": 1, "method": "ping"}, "jsonrpc"),
    ("nothing in it", {"jsonrpc": "2.0", "id": 1}, "exactly one"),
    ("two things at once", {"jsonrpc": "2.0", "id": 1, "method": "ping", "result": {}}, "exactly one"),
    ("a method that is none", {"jsonrpc": "2.0", "id": 1, "method": 7}, "method"),
    ("params in a list", {"jsonrpc": "2.0", "id": 1, "method": "ping", "params": []}, "params"),
    ("null as an id", {"jsonrpc": "2.0", "id": None, "method": "ping"}, "id must be"),
    ("a fraction as an id", {"jsonrpc": "2.0", "id": 1.0, "method": "ping"}, "id must be"),
    ("true as an id", {"jsonrpc": "2.0", "id": True, "method": "ping"}, "id must be"),
    ("a list as an id", {"jsonrpc": "2.0", "id": [1], "method": "ping"}, "id must be"),
    ("a huge id", {"jsonrpc": "2.0", "id": "x" * 257, "method": "ping"}, "id must be"),
    ("a huge number", {"jsonrpc": "2.0", "id": 2**63, "method": "ping"}, "id must be"),
    ("a result of nothing", {"jsonrpc": "2.0", "result": {}}, "id must be"),
    ("a call of no tool", {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {}}, "name a tool"),
    ("a call of a number", {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": 1}}, "name a tool"),
)


@pytest.mark.parametrize(("value", "why"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_no_message_is_refused(value: object, why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        read(value)
    assert refused.value.status == 400


def test_what_a_message_names() -> None:
    call = read({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "drop", "arguments": {}}})
    assert (call.tool, call.named, call.known_method) == ("drop", "drop", "tools/call")
    resource = read({"jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": {"uri": "file:///x"}})
    assert (resource.tool, resource.named) == (None, "file:///x")
    assert read({"jsonrpc": "2.0", "id": 1, "method": "mine/own"}).known_method == "other"
    assert read({"jsonrpc": "2.0", "id": 1, "result": [1]}).result == {}
