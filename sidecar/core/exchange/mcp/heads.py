"""The heads of MCP requests: which headers go on, and whether they say what the body says.

Strategy: a closed list, as everywhere. Since revision 2026-07-28 headers repeat what the body says, so that machines
on the way can sort by them; then whoever sorts must not be told another thing than we judged.
"""

import base64
import binascii
import re
from dataclasses import replace
from typing import NoReturn

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.admission import spoken
from sidecar.core.exchange.request_headers import removed
from sidecar.core.model.http import Headers, RequestHead
from sidecar.core.model.piece import Piece
from sidecar.core.wire import letters
from sidecar.core.wire.mcp.message import Message
from sidecar.core.wire.plain.header import says_nothing

SESSION, VERSION, METHOD, NAME, LAST = (
    "mcp-session-id",
    "mcp-protocol-version",
    "mcp-method",
    "mcp-name",
    "last-event-id",
)
PARAM = "mcp-param-"
PASSED = frozenset(
    {"accept", "content-encoding", "content-type", "host", "x-forwarded-proto", VERSION, METHOD, NAME, LAST}
)
_VERSION = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_PACKED = re.compile(r"=\?base64\?([A-Za-z0-9+/=]*)\?=")
# Ids of events and of sessions are the server's own; there is no way to tell what else somebody wrote into one.
_ONCE = (SESSION, VERSION, METHOD, NAME, LAST)


def gone(head: RequestHead) -> tuple[str, ...]:
    """The headers that do not go on. The session's id is set anew, as the server knows it."""
    return removed(head, PASSED, (PARAM,))


def checked(head: RequestHead, message: Message | None) -> None:
    """`Refused` where headers say something else than the body, or nothing that a server could have asked for."""
    letters.checked(head.headers, 400)
    for name in _ONCE:
        if sum(key == name for key, _ in head.headers) > 1:
            _refuse(f"the header {name} stands there twice")
    said = dict(head.headers)
    if VERSION in said and not _VERSION.fullmatch(said[VERSION]):
        _refuse(f"{VERSION} is no date")
    method = message.method if message else None
    if METHOD in said and unpacked(said[METHOD]) != method:
        _refuse(f"{METHOD} is not the method of the message")
    if NAME in said and (message is None or unpacked(said[NAME]) != message.named):
        _refuse(f"{NAME} is not what the message names")


def pieces(headers: Headers) -> list[Piece]:
    """What a client may write into a header: it cannot be masked there."""
    free = (LAST, "accept", "content-type")
    told = [one for one in headers if one[0].startswith(PARAM) or (one[0] in free and not says_nothing(*one))]
    return [replace(spoken(-3, "header", unpacked(value) or value), path=f"header {name}") for name, value in told]


def unpacked(value: str) -> str | None:
    """A header's value as it was meant; nothing if it cannot be read."""
    packed = _PACKED.fullmatch(value)
    if packed is None:
        return value
    try:
        return base64.b64decode(packed[1], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _refuse(why: str) -> NoReturn:
    raise Refused(400, Code.INVALID_REQUEST, f"This is not a request of MCP: {why}.")
