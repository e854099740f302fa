"""The keys that bundles are signed with, as people pass them around.

Rules: both halves are one line of 64 hexadecimal digits, the raw bytes of Ed25519. A key's name is the beginning of the
digest of its public half, as for the keys of the record.
"""

from collections.abc import Iterable, Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sidecar.core.evidence.checkpoint import key_id

Trusted = Mapping[str, Ed25519PublicKey]


def public_key(text: str) -> Ed25519PublicKey:
    """A `ValueError` says what was expected."""
    return Ed25519PublicKey.from_public_bytes(_raw(text, "a public key"))


def private_key(text: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_raw(text, "a private key"))


def trusted(texts: Iterable[str]) -> Trusted:
    return {key_id(key): key for key in map(public_key, texts)}


def public_text(key: Ed25519PublicKey) -> str:
    return key.public_bytes_raw().hex()


def private_text(key: Ed25519PrivateKey) -> str:
    return key.private_bytes_raw().hex()


def _raw(text: str, what: str) -> bytes:
    digits = text.strip()
    try:
        raw = bytes.fromhex(digits)
    except ValueError:
        raw = b""
    if len(raw) != 32 or len(digits) != 64:
        raise ValueError(f"expected {what} of 64 hexadecimal digits, as `gatehouse policy bundle keys` makes it")
    return raw
