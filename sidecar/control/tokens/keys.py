"""The keys that gate tokens are signed with, shared by all replicas through the store.

Strategy: keys are numbered generations. The newest whose time has come signs. The next is published an hour before it
signs, longer than anyone keeps a set of keys; the one before stays published until its last token has died.

Rules: no replica keeps a key in memory: what it signs with is what the store says now. A generation exists once.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from sidecar.control.store.engine import Row, Transaction
from sidecar.control.store.store import Store
from sidecar.control.tokens.sealing import Sealing
from sidecar.settings.tokens import KeyKind

# Envoy looks for new keys every ten minutes; others are told in the answer to keep a set for five.
PUBLISHED_BEFORE = 3600.0
PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
MAKERS: Mapping[KeyKind, Callable[[], PrivateKey]] = {
    KeyKind.ES256: lambda: ec.generate_private_key(ec.SECP256R1()),
    KeyKind.EDDSA: ed25519.Ed25519PrivateKey.generate,
}


@dataclass(frozen=True, slots=True)
class SigningKey:
    id: str
    algorithm: str
    private: PrivateKey

    def sign(self, claims: Mapping[str, object]) -> str:
        return jwt.encode(dict(claims), self.private, self.algorithm, {"kid": self.id, "typ": "at+jwt"})


@dataclass(frozen=True, slots=True)
class Rotation:
    """`every`: how long a key signs. `outlive`: how long its last token may be shown. Seconds."""

    kind: KeyKind
    every: float
    outlive: float


class Keys:
    def __init__(self, store: Store, sealing: Sealing, rotation: Rotation, now: Callable[[], float]) -> None:
        self._store = store
        self._sealing = sealing
        self._rotation = rotation
        self._now = now

    async def signing(self) -> SigningKey:
        """The key of now."""
        row = _signing(await self._known(), self._now())
        private = serialization.load_der_private_key(self._sealing.open(str(row["sealed"]), str(row["id"])), None)
        if not isinstance(private, PrivateKey):
            raise TypeError(f"a signing key of kind {type(private).__name__}")
        return SigningKey(str(row["id"]), str(row["algorithm"]), private)

    async def jwks(self) -> dict[str, object]:
        """Everything that verifies a token that is out, or soon will be."""
        return {"keys": [json.loads(str(row["public"])) for row in await self._known()]}

    async def _known(self) -> list[Row]:
        """All generations, oldest first; made and forgotten where it is time."""
        rows = await self._store.rows(_ALL)
        if self._due(rows) or self._dead(rows):
            async with self._store.transaction() as transaction:
                rows = await self._turned(transaction)
        return rows

    async def _turned(self, transaction: Transaction) -> list[Row]:
        rows = await transaction.rows(_ALL)
        for row in self._dead(rows):
            await transaction.do("DELETE FROM signing_keys WHERE id = ?", row["id"])
        if self._due(rows):
            await self._make(transaction, rows)
        return await transaction.rows(_ALL)

    def _due(self, rows: list[Row]) -> bool:
        """The newest has signed nearly long enough, or is of a kind that is no longer wanted."""
        if not rows:
            return True
        begins = _number(rows[-1]["signs_from"])
        old = self._now() >= begins + self._rotation.every - PUBLISHED_BEFORE
        return old or (rows[-1]["algorithm"] != self._rotation.kind.value and begins <= self._now())

    def _dead(self, rows: list[Row]) -> list[Row]:
        ended = self._now() - self._rotation.outlive
        return [row for row, after in pairwise(rows) if _number(after["signs_from"]) <= ended]

    async def _make(self, transaction: Transaction, rows: list[Row]) -> None:
        private = MAKERS[self._rotation.kind]()
        public = _public(private)
        name = hashlib.sha256(json.dumps(public, sort_keys=True).encode()).hexdigest()[:16]
        kind = self._rotation.kind.value
        der = private.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        await transaction.do(
            "INSERT INTO signing_keys (id, generation, algorithm, public, sealed, signs_from) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            name,
            int(_number(rows[-1]["generation"])) + 1 if rows else 1,
            kind,
            json.dumps({**public, "kid": name, "alg": kind, "use": "sig"}),
            self._sealing.seal(der, name),
            self._now() + (PUBLISHED_BEFORE if rows else 0.0),
        )


_ALL = "SELECT id, generation, algorithm, public, sealed, signs_from FROM signing_keys ORDER BY generation"


def _signing(rows: list[Row], now: float) -> Row:
    # The clock of another replica may have made the first key in our future.
    return next((row for row in reversed(rows) if _number(row["signs_from"]) <= now), rows[0])


def _public(private: PrivateKey) -> dict[str, Any]:
    name = "ES256" if isinstance(private, ec.EllipticCurvePrivateKey) else "EdDSA"
    public: dict[str, Any] = jwt.get_algorithm_by_name(name).to_jwk(private.public_key(), as_dict=True)
    return public


def _number(value: object) -> float:
    if not isinstance(value, int | float):
        raise TypeError(f"{type(value).__name__} where the store keeps a number")
    return float(value)
