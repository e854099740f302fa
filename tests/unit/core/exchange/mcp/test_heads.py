"""Headers say what the body says, and no more."""

import base64
import json

import pytest

from sidecar.core.errors import Refused
from sidecar.core.exchange.mcp import heads
from sidecar.core.model.http import RequestHead
from sidecar.core.wire.json_strict import parse
from sidecar.core.wire.mcp.message import read_message
from tests.unit.core.exchange.building import KEY, encoded, gate
from tests.unit.core.exchange.mcp.speaking import ask, call

CALL = read_message(parse(encoded(call("säge"))))
PACKED = "=?base64?" + base64.b64encode("säge".encode()).decode() + "?="


def head(*headers: tuple[str, str]) -> RequestHead:
    return RequestHead("POST", "/c/tickets", headers)


def test_what_agrees_passes() -> None:
    heads.checked(
        head(("mcp-method", "tools/call"), ("mcp-name", PACKED), ("mcp-protocol-version", "2026-07-28")), CALL
    )
    heads.checked(head(), None)


LIES = (
    ("another method", ("mcp-method", "tools/list")),
    ("another name", ("mcp-name", "drop")),
    ("a name nobody can read", ("mcp-name", "=?base64?*?=")),
    ("no date", ("mcp-protocol-version", "latest and greatest")),
)


@pytest.mark.parametrize("header", [row[1] for row in LIES], ids=[row[0] for row in LIES])
def test_what_says_something_else_is_refused(header: tuple[str, str]) -> None:
    with pytest.raises(Refused):
        heads.checked(head(header), CALL)


def test_twice_is_refused() -> None:
    with pytest.raises(Refused, match="twice"):
        heads.checked(head(("mcp-method", "tools/call"), ("mcp-method", "tools/call")), CALL)


def test_a_closed_list_goes_on() -> None:
    there = head(("accept", "x"), ("cookie", "y"), ("x-my-own", "z"), ("mcp-session-id", "s"), ("mcp-param-a", "b"))
    assert heads.gone(there) == ("cookie", "x-my-own", "mcp-session-id")


def test_no_secret_leaves_in_a_header() -> None:
    rules = "\n  - {id: keys, detect: ['secret/*'], do: mask}\n"
    packed = "=?base64?" + base64.b64encode(KEY.encode()).decode() + "?="
    for value in (KEY, packed):
        made = ask(gate(rules), call(), headers=(("content-type", "application/json"), ("mcp-param-region", value)))
        assert json.loads(made.reply.body)["result"]["isError"] is True
