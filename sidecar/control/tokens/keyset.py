"""The public keys of one provider, and which algorithm each may be used with.

Rules:
- The key says which algorithms are possible, never the token (RFC 8725, 3.1): a symmetric one is on no list, so a
  public key is never taken for a shared secret. Keys for encryption, of unknown kinds, or too short are passed over.
- Where a key says its algorithm, only that one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
# (key type, curve) -> what it can sign.
ALGORITHMS: Mapping[tuple[object, object], tuple[str, ...]] = {
    ("RSA", None): RSA,
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("EC", "P-521"): ("ES512",),
    ("OKP", "Ed25519"): ("EdDSA",),
}
SHORTEST_RSA = 2048  # bits (RFC 7518, 3.3)
# What has no business in a set of signing keys is not looked at, however much of it there is.
MOST_KEYS = 100


@dataclass(frozen=True, slots=True)
class PublicKey:
    id: str | None
    algorithms: tuple[str, ...]
    key: Any  # whichever class of `cryptography` it is


def read_keys(document: object) -> tuple[PublicKey, ...]:
    """The usable keys of a JWKS document (RFC 7517)."""
    listed = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        return ()
    return tuple(key for item in listed[:MOST_KEYS] if isinstance(item, dict) and (key := _key(item)))


def _key(item: dict[str, Any]) -> PublicKey | None:
    possible = ALGORITHMS.get((item.get("kty"), item.get("crv")), ())
    said = item.get("alg")
    algorithms = possible if said is None else tuple(name for name in possible if name == said)
    if not algorithms or item.get("use", "sig") != "sig" or "d" in item:
        return None
    try:
        key = jwt.PyJWK.from_dict(item, algorithms[0]).key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    if isinstance(key, RSAPublicKey) and key.key_size < SHORTEST_RSA:
        return None
    name = item.get("kid")
    return PublicKey(name if isinstance(name, str) else None, algorithms, key)


def fitting(keys: Sequence[PublicKey], key_id: str | None, algorithm: str) -> tuple[PublicKey, ...]:
    """Those that may have signed: of this name, or, where the token names none, any of the right kind."""
    named = tuple(key for key in keys if key_id is None or key.id == key_id)
    return tuple(key for key in named if algorithm in key.algorithms)
