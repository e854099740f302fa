"""Which provider a proof is of, and what it proves.

Rules: the name that a proof gives itself only chooses whose keys it is checked with; where several sources share an
issuer (one for each audience), each is asked in turn, and the first refusal is told.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import httpx
from cryptography import x509

from sidecar.control.tokens.ci import Ci
from sidecar.control.tokens.kubernetes import Kubernetes
from sidecar.control.tokens.oidc import Oidc
from sidecar.control.tokens.proven import Proven
from sidecar.control.tokens.published import Published
from sidecar.control.tokens.refusal import TokenRefused
from sidecar.control.tokens.saml import Saml, parsed, unproved_issuer
from sidecar.control.tokens.signed import unproved
from sidecar.core.errors import ConfigurationError
from sidecar.settings.tokens import Source, SourceKind

TYPE = "urn:ietf:params:oauth:token-type:"
SAML2 = f"{TYPE}saml2"
ID_TOKEN = f"{TYPE}id_token"
JWTS = frozenset(f"{TYPE}{name}" for name in ("jwt", "id_token", "access_token"))
TYPES = frozenset({SAML2}) | JWTS
Now = Callable[[], float]
P = TypeVar("P")


class Way(Protocol):
    """One source of signed JSON Web Tokens."""

    source: Source
    issuers: tuple[str, ...]

    async def prove(self, token: str) -> Proven: ...


_WAYS: Mapping[SourceKind, Callable[[Source, Published, Now], Way]] = {
    SourceKind.OIDC: Oidc,
    SourceKind.GITHUB: Ci,
    SourceKind.GITLAB: Ci,
    SourceKind.KUBERNETES: Kubernetes,
}


class Proofs:
    """Every configured source."""

    def __init__(self, sources: Sequence[Source], http: httpx.AsyncClient, now: Now) -> None:
        self.jwts: tuple[Way, ...] = tuple(
            _WAYS[one.kind](one, Published(one, http, now), now) for one in sources if one.kind in _WAYS
        )
        self._saml = tuple(Saml(one, _certificates(one), now) for one in sources if one.kind is SourceKind.SAML)

    async def prove(self, proof: str, kind: str) -> Proven:
        """What the proof proves, or why nothing."""
        if kind == SAML2:
            return await self._proved_saml(proof)
        said = unproved(proof).issuer
        return await _first([way.prove for way in self.jwts if said in way.issuers], proof)

    def oidc(self, name: str) -> Oidc:
        """The provider of this name, for whoever signs people in with it."""
        return next(way for way in self.jwts if isinstance(way, Oidc) and way.source.name == name)

    async def _proved_saml(self, proof: str) -> Proven:
        # Parsing and RSA are milliseconds, but an attacker chooses the document.
        root = await asyncio.to_thread(parsed, proof)
        said = unproved_issuer(root)
        ways = [_threaded(one) for one in self._saml if one.source.issuer == said]
        return await _first(ways, root)


def _threaded(saml: Saml) -> "Callable[[object], Awaitable[Proven]]":
    return lambda root: asyncio.to_thread(saml.prove, root)


async def _first(ways: "Sequence[Callable[[P], Awaitable[Proven]]]", proof: P) -> Proven:
    refused: list[TokenRefused] = []
    for way in ways:
        try:
            return await way(proof)
        except TokenRefused as reason:
            refused.append(reason)
    raise refused[0] if refused else TokenRefused("No provider of this issuer is known here.")


def _certificates(source: Source) -> tuple[x509.Certificate, ...]:
    return tuple(certificate for file in source.certificates for certificate in _read(source, file))


def _read(source: Source, file: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigurationError.single(str(file), f"holds no certificate in PEM form for {source.name}") from error
