"""Session ids of an MCP server, bound to the caller who opened the session.

Strategy: what the client is given is the server's id with a seal behind it: an HMAC over connection, caller and id. So
nothing is remembered, a restart or a second gate changes nothing, and an id that somebody else got hold of opens
nothing.

The older transport has its session in an address that the server names; that is sealed whole, in the same way.

Rules: an id that was not made for this caller does not exist for him: 404, on which a client begins a new session.
"""

import hmac
import re

# Visible ASCII, as the protocol demands; no server makes longer ones.
_ID = re.compile(r"[\x21-\x7e]{1,512}")
_SEAL = 32
# Stands first, so that the seal of the one is never taken for that of the other.
_SESSION, _ADDRESS = "gatehouse mcp session 1", "gatehouse mcp address 1"


def sealed(id: str, key: bytes, connection: str, caller: str) -> str | None:
    """What the client is given; nothing if it is no id."""
    return f"{id}.{_seal(id, key, connection, caller)}" if _ID.fullmatch(id) else None


def opened(given: str, key: bytes, connection: str, caller: str) -> str | None:
    """The server's own id; nothing if this caller was never given it."""
    id, _, seal = given.rpartition(".")
    if not _ID.fullmatch(id) or not seal.isascii():
        return None
    return id if hmac.compare_digest(seal, _seal(id, key, connection, caller)) else None


def seal_of(address: str, key: bytes, connection: str, caller: str) -> str:
    """What says that this caller was given this address."""
    return _seal(address, key, connection, caller, kind=_ADDRESS)


def fits(seal: str, address: str, key: bytes, connection: str, caller: str) -> bool:
    return seal.isascii() and hmac.compare_digest(seal, seal_of(address, key, connection, caller))


def _seal(id: str, key: bytes, connection: str, caller: str, kind: str = _SESSION) -> str:
    parts = (kind, connection, caller, id)
    mac = hmac.new(key, digestmod="sha256")
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        mac.update(len(data).to_bytes(8) + data)
    return mac.hexdigest()[:_SEAL]
