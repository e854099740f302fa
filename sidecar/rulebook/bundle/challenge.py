"""What a registry wants to see before it answers: `WWW-Authenticate` (RFC 9110, 11.6.1), and how it is met.

Rules: the credential is shown to the registry, and to the service that the registry names for tokens.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

_SCHEME = re.compile(r"\s*([A-Za-z]+)(?:\s+|$)")
_PARAMETER = re.compile(r'\s*,?\s*([A-Za-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')


@dataclass(frozen=True, slots=True)
class Credential:
    """With a user it is a password, else a token."""

    user: str | None
    secret: str = field(repr=False)

    @property
    def header(self) -> str:
        if self.user is None:
            return f"Bearer {self.secret}"
        return "Basic " + base64.b64encode(f"{self.user}:{self.secret}".encode()).decode()


@dataclass(frozen=True, slots=True)
class Challenge:
    """`scheme` in small letters."""

    scheme: str
    parameters: Mapping[str, str]

    def token_address(self, scope: str) -> str | None:
        """Where a token for this is had; nothing where the registry names no such place."""
        realm = self.parameters.get("realm", "")
        if self.scheme != "bearer" or not re.match("https?://", realm):
            return None
        asked = {"scope": self.parameters.get("scope") or scope}
        if service := self.parameters.get("service"):
            asked["service"] = service
        return f"{realm}{'&' if '?' in realm else '?'}{urlencode(asked)}"


def challenge(header: str) -> Challenge | None:
    """The first challenge of a header, if there is one."""
    scheme = _SCHEME.match(header)
    if scheme is None:
        return None
    found: dict[str, str] = {}
    at = scheme.end()
    while parameter := _PARAMETER.match(header, at):
        name, quoted, plain = parameter.groups()
        found.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain)
        at = parameter.end()
    return Challenge(scheme[1].lower(), found)
