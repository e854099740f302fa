"""A refusal reads as the connection's own."""

import json

import pytest

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.shape import about, shape_of
from sidecar.core.model.http import RequestHead
from sidecar.core.wire.json_strict import parse
from sidecar.core.wire.mcp.message import read_message
from tests.unit.core.exchange.building import CLAUDE, SHOP, TICKETS

NO = Refused(413, Code.TOO_LARGE, "Too large.")
SHAPES = (
    ("of Claude", "/v1/messages", {"type", "error", "request_id"}),
    ("of MCP", "/c/tickets", {"jsonrpc", "id", "error"}),
    ("of plain HTTP", "/c/shop/x", {"error"}),
    ("where nobody knows", "/c/nowhere", {"type", "error", "request_id"}),
)


@pytest.mark.parametrize(("path", "keys"), [row[1:] for row in SHAPES], ids=[row[0] for row in SHAPES])
def test_before_anything_was_read(path: str, keys: set[str]) -> None:
    status, _, body = shape_of(RequestHead("POST", path), (CLAUDE, TICKETS, SHOP))(NO, "gx")
    assert (status, set(json.loads(body))) == (413, keys)


def test_about_a_message_it_names_its_id() -> None:
    message = read_message(parse(b'{"jsonrpc":"2.0","id":"a","method":"ping"}'))
    assert json.loads(about(message)(NO, "gx")[2])["id"] == "a"
