"""The handshake of a WebSocket (RFC 6455, section 4): what a client asks for, and what a server grants.

Rules: only what opens a WebSocket is taken for a handshake. Whatever could be read as another request, with a body of
its own, is refused: nothing behind a handshake is looked at.
"""

import base64
import re
from hashlib import sha1

from sidecar.core.errors import Code, Refused
from sidecar.core.model.http import Headers, RequestHead, ResponseHead, first

NAME = "websocket"
VERSION = "13"
# Said by every client of this protocol, and nothing of anybody's own.
USUAL = frozenset({"upgrade", "sec-websocket-key", "sec-websocket-version"})
_KEY = re.compile(r"[A-Za-z0-9+/]{21}[AQgw]==")  # 16 bytes in base64, in the one way to write them
_GRANTING = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def key_of(head: RequestHead) -> str:
    """The key of a handshake, or a refusal that says why it is none."""
    for wrong, said in _WRONG:
        if wrong(head):
            raise Refused(400, Code.INVALID_REQUEST, f"This is no handshake of a WebSocket: {said}.")
    return _said(head.headers, "sec-websocket-key")


def grants(head: ResponseHead, key: str) -> bool:
    """Whether a server opened the WebSocket that was asked for with this key."""
    expected = base64.b64encode(sha1(key.encode() + _GRANTING, usedforsecurity=False).digest()).decode()
    upgrade = _said(head.headers, "upgrade").lower()
    return head.status == 101 and upgrade == NAME and _said(head.headers, "sec-websocket-accept") == expected


def _said(headers: Headers, name: str) -> str:
    return (first(headers, name) or "").strip()


def _several(head: RequestHead) -> bool:
    names = [name for name, _ in head.headers if name in USUAL]
    return len(names) != len(set(names))


def _framed(head: RequestHead) -> bool:
    length = _said(head.headers, "content-length") or "0"
    return length != "0" or any(name == "transfer-encoding" for name, _ in head.headers)


_WRONG = (
    (lambda head: head.method != "GET", "its method is not GET"),
    (_framed, "it has a body"),
    (_several, "a header stands in it twice"),
    (lambda head: _said(head.headers, "sec-websocket-version") != VERSION, f"its version is not {VERSION}"),
    (lambda head: not _KEY.fullmatch(_said(head.headers, "sec-websocket-key")), "its key is not 16 bytes in base64"),
)
