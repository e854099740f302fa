"""Where servers and issuers say of themselves how tokens are got, and what that means (RFC 8414, RFC 9728, OpenID).

Rules:
- A document about another issuer or another server than the one asked is not believed: who can write at one place of a
  host must not speak for its others (RFC 8414, 3.3; RFC 9728, 3.3).
- An address that was found is private as one that was written: https, or http from this machine to this machine.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from sidecar.credentials.oauth.grant import NoToken
from sidecar.settings.loopback import is_loopback

OAUTH, OPENID, RESOURCE = (
    f"/.well-known/{name}"
    for name in ("oauth-authorization-server", "openid-configuration", "oauth-protected-resource")
)
Said = Mapping[str, object]
_ADDRESS = re.compile(r"[!-~]{1,2048}")
_CHALLENGE = re.compile(r'(?i)\bresource_metadata\s*=\s*(?:"([^"\\]*)"|([^\s",]+))')


@dataclass(frozen=True, slots=True)
class Resource:
    """What a server is called where its tokens are given out, and who does that, if it says so."""

    address: str
    issuers: tuple[str, ...]


def issuer_places(issuer: str) -> tuple[str, ...]:
    """In the order in which clients of MCP ask; an issuer with a path has its document in one of three places."""
    origin, path = _parts(issuer)
    found = (origin + OAUTH + path, origin + OPENID + path)
    return (*found, origin + path + OPENID) if path else found


def resource_places(server: str) -> tuple[str, ...]:
    origin, path = _parts(server)
    return (origin + RESOURCE + path, origin + RESOURCE) if path else (origin + RESOURCE,)


def document(body: bytes) -> Said | None:
    """Nothing if it is none: many sites answer everything with their front page."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def token_endpoint(issuer: str, said: Said) -> str:
    """As the issuer's own document says."""
    named = said.get("issuer")
    if not isinstance(named, str) or not same(named, issuer):
        raise wrong(f"the metadata of {issuer} is about another issuer: set issuer to what its document says")
    found = _address(said.get("token_endpoint"), issuer)
    if found is None:
        raise wrong(f"the metadata of {issuer} names no token_endpoint with https")
    return found


def resource(server: str, said: Said) -> Resource:
    """As the server's own document says."""
    address, issuers = said.get("resource"), said.get("authorization_servers", [])
    if not isinstance(address, str) or not _covers(address, server):
        raise wrong(f"the metadata of {server} is about another resource")
    listed = issuers if isinstance(issuers, list) else []
    return Resource(address, tuple(found for one in listed if (found := _address(one, server)) is not None))


def challenged(value: str, server: str) -> str | None:
    """Where a server that refused says its document is (`www-authenticate`: RFC 9728, 5.1)."""
    found = _CHALLENGE.search(value[:8192])
    return _address(found[1] or found[2], server) if found else None


def same(one: str, other: str) -> bool:
    """But for a slash at the end: some libraries add it, and the document stands in the same place either way."""
    return one.removesuffix("/") == other.removesuffix("/")


def wrong(why: str) -> NoToken:
    return NoToken(why, lasting=True, outcome="malformed")


def _covers(address: str, server: str) -> bool:
    """The server itself, or what it stands under."""
    if not _ADDRESS.fullmatch(address) or _split(address) is None:
        return False
    (origin, path), (own, place) = _parts(address), _parts(server)
    return origin == own and (place + "/").startswith(path + "/")


def _address(found: object, by: str) -> str | None:
    """`by`: who says so."""
    if not isinstance(found, str) or not _ADDRESS.fullmatch(found):
        return None
    parts = _split(found)
    if parts is None or parts.username is not None or parts.fragment:
        return None
    return found if parts.scheme == "https" or (_here(parts) and _here(urlsplit(by))) else None


def _here(parts: SplitResult) -> bool:
    return parts.scheme == "http" and is_loopback(parts.hostname or "")


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if sound else None


def _parts(url: str) -> tuple[str, str]:
    """Scheme and host as all write them, and the path without a slash at its end."""
    parts = urlsplit(url)
    usual = {"https": 443, "http": 80}[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}", parts.path.rstrip("/")
