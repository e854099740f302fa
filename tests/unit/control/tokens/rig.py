"""What the tests of tokens share: a clock that stands, providers that sign anything, and everything put together."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from sidecar.control.desk.blocks import Blocks
from sidecar.control.store.store import Store
from sidecar.control.tokens.keyset import PublicKey, fitting, read_keys
from sidecar.control.tokens.tokens import Around, Tokens, tokens
from sidecar.core.errors import RecordingFailed
from sidecar.settings.tokens import Exchange, KeyKind, Source, SourceKind

NOW = 1_900_000_000.0
MAKERS: Mapping[str, Callable[[], Any]] = {
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}


class Clock:
    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> float:
        return self.time


class Signer:
    """A key of a provider."""

    def __init__(self, name: str | None = "k1", algorithm: str = "ES256") -> None:
        self.name = name
        self.algorithm = algorithm
        self.key = MAKERS[algorithm]()

    def public(self, **changed: object) -> dict[str, object]:
        fields = jwt.get_algorithm_by_name(self.algorithm).to_jwk(self.key.public_key(), as_dict=True)
        named = {"kid": self.name} if self.name else {}
        return {**fields, **named, "alg": self.algorithm, "use": "sig", **changed}

    def sign(self, claims: Mapping[str, object], **header: object) -> str:
        kept = {key: value for key, value in claims.items() if value is not None}
        head = {"kid": self.name, **header} if self.name else dict(header)
        return jwt.encode(kept, self.key, self.algorithm, {k: v for k, v in head.items() if v is not None})


class KnownKeys:
    """Keys that are at hand."""

    def __init__(self, *signers: Signer) -> None:
        self._keys = read_keys({"keys": [one.public() for one in signers]})

    async def fitting(self, key_id: str | None, algorithm: str) -> Sequence[PublicKey]:
        return fitting(self._keys, key_id, algorithm)


class Noted:
    """A trail that can be read, and that can be full."""

    def __init__(self) -> None:
        self.facts: list[tuple[str, Mapping[str, object]]] = []
        self.full = False

    async def record(self, kind: str, fact: Mapping[str, object]) -> None:
        if self.full:
            raise RecordingFailed("full")
        json.dumps(fact)
        self.facts.append((kind, fact))

    def of(self, kind: str) -> list[Mapping[str, object]]:
        return [fact for one, fact in self.facts if one == kind]


OKTA = Source("okta", SourceKind.OIDC, "https://acme.okta.com", ("gatehouse",), "sub", groups=("groups",))


def claims(**changed: object) -> dict[str, object]:
    usual = {"iss": OKTA.issuer, "aud": "gatehouse", "sub": "ada", "groups": ["eng"], "iat": NOW - 10, "exp": NOW + 600}
    return {**usual, **changed}


def web(*signers: Signer, issuer: str = OKTA.issuer) -> httpx.AsyncClient:
    """A provider's addresses, without a network."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("openid-configuration"):
            return httpx.Response(200, json={"issuer": issuer, "jwks_uri": f"{issuer}/keys"})
        return httpx.Response(200, json={"keys": [one.public() for one in signers]})

    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


def exchange_of(folder: Path, *sources: Source, lifetime: float = 900.0, kind: KeyKind = KeyKind.ES256) -> Exchange:
    return Exchange(
        "https://gate.example.com", ("gatehouse", "gatehouse-eu"), lifetime, 30 * 86400.0, 12 * 3600.0, kind,
        folder / "token.key", sources,
    )  # fmt: skip


def put_together(
    store: Store, folder: Path, clock: Clock, trail: Noted, *signers: Signer, sources: Sequence[Source] = (OKTA,)
) -> Tokens:
    blocks = Blocks(store, trail, clock=clock)
    return tokens(
        exchange_of(folder, *sources), "https://gate.example.com", Around(store, trail, blocks, web(*signers), clock)
    )
