"""What came, unmasked, sealed for an auditor: this system can write it and cannot read it.

    part = "GHS1" || first 8 bytes of SHA-256(public key) || HPKE(zstd(original))

Strategy: HPKE (RFC 9180) to the auditor's X25519 public key, with a key of its own for each part. What was asked and
what was answered are sealed apart, each bound to its exchange and kind, so that one cannot be put in another's place.

Rules:
- The gate holds the public key only. A file with a private key is refused: it has no business here.
- The original leaves the record here: what is passed on has none.
"""

from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import zstandard
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from sidecar.core.errors import ConfigurationError
from sidecar.core.exchange.commands import Record

MAGIC = b"GHS1"
_ID = 8
_RAW = 32
# What a request can be at most, decoded, and an answer: a sealed part that unfolds to more was not made here.
_MOST = 512 << 20
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


class NotOpened(Exception):  # noqa: N818  (named for what happened)
    """A sealed part does not open, for the reason given."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """`id` names the key: whoever holds the private one finds what was sealed for them."""

    id: str
    _public: X25519PublicKey = field(repr=False)

    @classmethod
    def of(cls, file: Path) -> "Sealer":
        """A public key: PEM, or its 32 bytes raw or in hexadecimal."""
        public = _public(_read(file), file)
        return cls(key_id(public), public)

    def sealed(self, record: Record) -> Record:
        """The record as it may be stored: its original as a sealed part that the fact names."""
        if record.original is None:
            return record
        packed = zstandard.ZstdCompressor(level=3).compress(record.original)
        info = _info(str(record.fact["exchange"]), record.kind)
        blob = MAGIC + bytes.fromhex(self.id) + _SUITE.encrypt(packed, self._public, info=info)
        name = sha256(blob).hexdigest()
        fact = {**record.fact, "sealed": {"part": name, "key": self.id}}
        return replace(record, fact=fact, parts={**record.parts, name: blob}, original=None)


@dataclass(frozen=True, slots=True)
class Opener:
    """The auditor's side."""

    id: str
    _private: X25519PrivateKey = field(repr=False)

    @classmethod
    def of(cls, file: Path) -> "Opener":
        """A private key: PEM without a password, or its 32 bytes raw or in hexadecimal."""
        private = _private(_read(file), file)
        return cls(key_id(private.public_key()), private)

    def opened(self, blob: bytes, exchange: str, kind: str) -> bytes:
        """The original, or `NotOpened`."""
        head = len(MAGIC) + _ID
        if not blob.startswith(MAGIC) or len(blob) < head:
            raise NotOpened("this is not a sealed part")
        if blob[len(MAGIC) : head].hex() != self.id:
            raise NotOpened(f"it was sealed for the key {blob[len(MAGIC) : head].hex()}, and this is {self.id}")
        try:
            packed = _SUITE.decrypt(blob[head:], self._private, info=_info(exchange, kind))
            return zstandard.ZstdDecompressor().decompress(packed, max_output_size=_MOST)
        except (InvalidTag, ValueError, zstandard.ZstdError) as error:
            raise NotOpened("it was changed, or stands in the place of another") from error


def key_id(public: X25519PublicKey) -> str:
    return sha256(public.public_bytes_raw()).digest()[:_ID].hex()


def _info(exchange: str, kind: str) -> bytes:
    return f"gatehouse/original/1\n{kind}\n{exchange}".encode()


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigurationError.single(str(file), f"cannot be read: {error.strerror}") from error


def _public(data: bytes, file: Path) -> X25519PublicKey:
    if b"PRIVATE KEY" in data:
        raise ConfigurationError.single(str(file), "this is a private key: the gate gets the auditor's public key only")
    raw = _raw(data)
    if raw is not None:
        return X25519PublicKey.from_public_bytes(raw)
    try:
        key = load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ConfigurationError.single(str(file), "this is not a public key, neither PEM nor 32 bytes") from error
    if not isinstance(key, X25519PublicKey):
        raise ConfigurationError.single(str(file), "this public key is not X25519: `openssl genpkey -algorithm X25519`")
    return key


def _private(data: bytes, file: Path) -> X25519PrivateKey:
    raw = _raw(data)
    if raw is not None:
        return X25519PrivateKey.from_private_bytes(raw)
    try:
        key = load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        said = "this is not a private key without a password, neither PEM nor 32 bytes"
        raise ConfigurationError.single(str(file), said) from error
    if not isinstance(key, X25519PrivateKey):
        raise ConfigurationError.single(str(file), "this private key is not X25519")
    return key


def _raw(data: bytes) -> bytes | None:
    """32 bytes, as they are or in hexadecimal."""
    if len(data) == _RAW:
        return data
    try:
        raw = bytes.fromhex(data.decode("ascii").strip())
    except ValueError:
        return None
    return raw if len(raw) == _RAW else None
