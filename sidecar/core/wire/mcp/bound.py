"""Session ids of an MCP server, bound to the caller who opened the session.

Strategy: what the client is given is the server's id with a seal behind it: an HMAC over connection, caller and id. So
nothing is remembered, a restart or a second gate changes nothing, and an id that somebody else got hold of opens
nothing.

Rules: an id that was not made for this caller does not exist for him: 404, on which a client begins a new session.
"""

import hmac
import re

# Visible ASCII, as the protocol demands; no server makes longer ones.
_ID = re.compile(r"[\x21-\x7e]{1,512}")
_SEAL = 32


def sealed(id: str, key: bytes, connection: str, caller: str) -> str | None:
    """What the client is given; nothing if it is no id."""
    return f"{id}.{_seal(id, key, connection, caller)}" if _ID.fullmatch(id) else None


def opened(given: str, key: bytes, connection: str, caller: str) -> str | None:
    """The server's own id; nothing if this caller was never given it."""
    id, _, seal = given.rpartition(".")
    if not _ID.fullmatch(id) or not seal.isascii():
        return None
    return id if hmac.compare_digest(seal, _seal(id, key, connection, caller)) else None


def _seal(id: str, key: bytes, connection: str, caller: str) -> str:
    parts = ("gatehouse mcp session 1", connection, caller, id)
    mac = hmac.new(key, digestmod="sha256")
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        mac.update(len(data).to_bytes(8) + data)
    return mac.hexdigest()[:_SEAL]
