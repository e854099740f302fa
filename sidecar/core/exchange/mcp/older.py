"""The older transport of MCP: the address that a server names for a client's messages, bound to whoever was told it.

Strategy: the session stands somewhere in that address, so the whole of it is sealed (`wire.mcp.bound`): the client is
told one with a parameter of ours at its end, which says that this caller was given this address on this connection.
Nothing is remembered.

Rules:
- A message to an address in which a session may stand needs the seal: behind the connection's own address that is any
  with a query, and any that the policy does not name letter by letter (`*`). At the connection's own address clients of
  the newer transport have parameters too, so there it is one whose name says session.
- An address of another server is not told at all: a client would go around the gate.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import SplitResult, unquote_plus, urljoin, urlsplit

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.mcp.asked import Asked
from sidecar.core.exchange.route import Route
from sidecar.core.wire.mcp import bound

SEAL = "gatehouse_seal"
NO_SESSION = "This session does not exist here, or belongs to somebody else. Initialize a new one."
_OURS = re.compile(rf"[?&]{SEAL}=([0-9a-f]+)$")
# What RFC 3986 lets stand in a path and a query: nothing that one reader encodes anew and another does not.
_PLAIN = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/?-]{1,2048}")


def told(address: str, asked: Asked) -> str:
    """The same address, as this client may use it; `Refused` if it does not lead through the gate."""
    to = _resolved(address, asked.url)
    if to is None:
        raise _refused("an address that does not lead through the gate")
    inner = _inner(to, asked.root)
    path, _, query = inner.partition("?")
    if path == "/" and not _says_session(query):
        raise _refused("an address in which nothing says which session it is")
    seal = bound.seal_of(inner, asked.key, *asked.shop)
    return f"{asked.prefix}{inner}{'&' if query else '?'}{SEAL}={seal}"


def opened(way: Route, key: bytes, caller: str) -> Route | None:
    """The way without its seal; nothing for one that has none. `Refused` if that is not this caller's."""
    found = _OURS.search(way.path)
    rest = way.path[: found.start()] if found else way.path
    if SEAL in unquote_plus(rest) or (found and not bound.fits(found[1], rest, key, way.connection.name, caller)):
        raise Refused(404, Code.NOT_FOUND, NO_SESSION)
    return replace(way, path=rest, upstream_path=way.upstream_path.removesuffix(found[0])) if found else None


def needs_seal(path: str, *, named: bool) -> bool:
    """Whether a session may stand in this address. `named`: a policy names its path, letter by letter."""
    path, _, query = path.partition("?")
    return _says_session(query) if path == "/" else bool(query) or not named


def _resolved(address: str, url: str) -> SplitResult | None:
    """Where it leads, if that is the same server."""
    if not _PLAIN.fullmatch(address):
        return None
    try:
        base, to = urlsplit(url), urlsplit(urljoin(url, address))
        same = (base.scheme, base.hostname, base.port, base.username) == (to.scheme, to.hostname, to.port, to.username)
    except ValueError:
        return None
    return to if same else None


def _inner(to: SplitResult, root: str) -> str:
    """The address below the connection. A server that was mounted somewhere may not know of it, and leave it out."""
    below = to.path == root or to.path.startswith(f"{root}/")
    path = to.path.removeprefix(root) if below else to.path
    return (path or "/") + (f"?{to.query}" if to.query else "")


def _says_session(query: str) -> bool:
    return any("session" in name or name == "sid" for name in _names(query))


def _names(query: str) -> Iterator[str]:
    """As lax readers read them: `;` parts too, and what is encoded twice is decoded twice."""
    for one in re.split("[&;]", query):
        yield re.sub("[^a-z]", "", unquote_plus(unquote_plus(one.partition("=")[0])).lower())


def _refused(what: str) -> Refused:
    return Refused(502, Code.API, f"The server named {what}.")
