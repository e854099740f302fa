"""The address of the older transport leads through the gate, and is its caller's own."""

import json

import pytest

from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.mcp import older
from sidecar.core.exchange.mcp.asked import Asked
from sidecar.core.exchange.mcp.pins import Pins
from tests.unit.core.exchange.building import JSON, SSE, gate
from tests.unit.core.exchange.mcp.speaking import ADA, EVE, NO_RULES, ask, opened, said

HEAD = "paths: ['GET /sse', 'POST /messages/', 'POST /m/*', 'POST /tools']"
NOTE = said(method="notifications/initialized")
AT = "http://tickets.internal/mcp/sse"
ASKED = Asked(Pins(), ("tickets", "ada"), b"a key of the tests", prefix="/c/tickets", root="/mcp", url=AT)


def world() -> Gate:
    return gate(NO_RULES, HEAD)


def told(made: Gate, address: str = "/mcp/messages/?session_id=ab") -> str:
    """The address as Ada hears it, behind the connection."""
    named = f"event: endpoint\ndata: {address}\n\n".encode()
    heard = ask(made, method="GET", path="/sse", caller=ADA).answered([named], SSE).received.decode()
    return heard.removeprefix("event: endpoint\ndata: /c/tickets").strip()


def test_who_opened_the_stream_may_speak_in_it() -> None:
    path = told(world())
    assert path.startswith("/messages/?session_id=ab&gatehouse_seal=")
    # Another gate, or the same one after a restart, knows the key and nothing else.
    assert ask(world(), NOTE, path=path, caller=ADA).forward.path == "/mcp/messages/?session_id=ab"


OTHERS = (
    ("another caller", "{0}", EVE),
    ("a session that nobody was told", "/messages/?session_id=ab", ADA),
    ("no session, and a query", "/messages/?x=ab", ADA),
    ("another session", "{0[0]}cd{0[1]}", ADA),
    ("a second session", "{0}&session_id=cd", ADA),
    ("a seal in front", "/messages/?gatehouse_seal=00&session_id=ab", ADA),
    ("two seals", "{0}&gatehouse_seal=" + "0" * 32, ADA),
    ("a seal in disguise", "/messages/?session_id=ab&gatehouse%5Fseal=" + "0" * 32, ADA),
    ("a seal of another address", "/m/ab?{0[2]}", ADA),
    ("a session in a path that a policy opens with *", "/m/ab", ADA),
    ("at the connection's own address", "?session_id=ab", ADA),
    ("there, in other letters", "?x=1;%2553ession-Id=ab", ADA),
    ("there, by another name", "?sid=ab", ADA),
)


@pytest.mark.parametrize(("path", "who"), [row[1:] for row in OTHERS], ids=[row[0] for row in OTHERS])
def test_it_is_nobody_elses(path: str, who: object) -> None:
    made, address = world(), told(world())
    before, _, after = address.partition("=ab")
    parts = _Parts(address, f"{before}=", after, after.removeprefix("&"))
    sent = ask(made, NOTE, path=path.format(parts), caller=who)  # type: ignore[arg-type]
    assert sent.reply.status == 404
    assert json.loads(sent.reply.body)["error"]["message"] == older.NO_SESSION


class _Parts:
    def __init__(self, whole: str, *parts: str) -> None:
        self.whole, self.parts = whole, parts

    def __format__(self, _: str) -> str:
        return self.whole

    def __getitem__(self, at: int) -> str:
        return self.parts[at]


def test_the_id_of_the_newer_transport_opens_none_of_them() -> None:
    made = world()
    headers = (*JSON, ("mcp-session-id", opened(made, EVE)))
    assert ask(made, NOTE, path="/messages/?session_id=ab", caller=EVE, headers=headers).reply.status == 404


@pytest.mark.parametrize("path", ["", "?toolset=a&read_only=true", "/tools", "/messages/"])
def test_an_address_in_which_no_session_can_stand_needs_no_seal(path: str) -> None:
    assert ask(world(), NOTE, path=path).forward


ADDRESSES = (
    ("/mcp/messages/?session_id=ab", "/messages/?session_id=ab&"),
    ("/messages/?session_id=ab", "/messages/?session_id=ab&"),
    ("messages?s=1", "/messages?s=1&"),
    ("http://tickets.internal/mcp/m/7", "/m/7?"),
    ("/mcp?sessionId=7", "/?sessionId=7&"),
    ("../mcp/./m/7", "/m/7?"),
)


@pytest.mark.parametrize(("address", "starts"), ADDRESSES)
def test_an_address_of_the_same_server_leads_through_the_gate(address: str, starts: str) -> None:
    assert older.told(address, ASKED).startswith(f"/c/tickets{starts}gatehouse_seal=")


ELSEWHERE = (
    "https://evil.example/x", "//evil.example/x", "https://tickets.internal/mcp/m", "http://tickets.internal:81/mcp/m",
    "http://u@tickets.internal/mcp/m", "http://[", "/\\evil.example", "/m y", "/m#x", "/é", "?x=" + "a" * 3000,
    "/mcp?x=7",
)  # fmt: skip


@pytest.mark.parametrize("address", ELSEWHERE)
def test_any_other_is_not_told(address: str) -> None:
    made = world()
    named = f"event: endpoint\ndata: {address}\n\n".encode()
    assert ask(made, method="GET", path="/sse").answered([named], SSE).received == b""
    with pytest.raises(older.Refused, match="The server named an address"):
        older.told(address, ASKED)
