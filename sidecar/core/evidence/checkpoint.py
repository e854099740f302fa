"""A signed statement about a chain: so many events, this the last hash, this the Merkle root over all of them.

    fact = {"at","chain","count","first","key","last","last_hash","root","signature"}
    signature = Ed25519 over the canonical JSON of the fact without "signature"

Rules:
- It covers the events 1..count of its chain (`first` is 1, `last` is `count`); the leaves are their 32-byte hashes. It
  is itself an event of the chain, after those that it covers, so the next one covers it.
- A key is named by the first 16 hexadecimal digits of the SHA-256 of its 32 raw public bytes.
- Whoever has the hashes alone can check the root, and whoever has the public key the signature: no other state.
- `evidence_days` and `texts_days` stand in it where the record is kept for so many days only. Signed and anchored, so
  that nobody who merely deletes can say afterwards that it was allowed.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sidecar.core.evidence.event import canonical

PublicKeys = Mapping[str, Ed25519PublicKey]
TEXTS = ("chain", "last_hash", "root", "at", "key", "signature")
NUMBERS = ("count", "first", "last")
DAYS = ("evidence_days", "texts_days")


@dataclass(frozen=True, slots=True)
class Keeping:
    """For how many days the database keeps events and texts; nothing is for ever."""

    evidence_days: int | None = None
    texts_days: int | None = None


FOR_EVER = Keeping()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`last_hash`, `root` and `signature` are hexadecimal; `at` is RFC 3339 in UTC with microseconds."""

    chain: str
    count: int
    first: int
    last: int
    last_hash: str
    root: str
    at: str
    key: str
    signature: str
    evidence_days: int | None = None
    texts_days: int | None = None

    @property
    def fact(self) -> dict[str, object]:
        return {name: value for name, value in asdict(self).items() if value is not None}

    @property
    def line(self) -> bytes:
        """What an anchor keeps: one line of canonical JSON, without its end."""
        return canonical(self.fact)


def key_id(key: Ed25519PublicKey) -> str:
    return sha256(key.public_bytes_raw()).hexdigest()[:16]


def to_sign(checkpoint: Checkpoint) -> bytes:
    return canonical({name: value for name, value in checkpoint.fact.items() if name != "signature"})


def signed(
    private: Ed25519PrivateKey,
    *,
    chain: str,
    count: int,
    last_hash: bytes,
    root: bytes,
    at: str,
    keeping: Keeping = FOR_EVER,
) -> Checkpoint:
    """The statement about the first `count` events of a chain."""
    named = key_id(private.public_key())
    hashes = last_hash.hex(), root.hex()
    bare = Checkpoint(chain, count, 1, count, *hashes, at, named, "", keeping.evidence_days, keeping.texts_days)
    return replace(bare, signature=private.sign(to_sign(bare)).hex())


def verified(checkpoint: Checkpoint, keys: PublicKeys) -> bool:
    """Whether one of these keys signed exactly this. An unknown key is no."""
    key = keys.get(checkpoint.key)
    if key is None or key_id(key) != checkpoint.key:
        return False
    try:
        key.verify(bytes.fromhex(checkpoint.signature), to_sign(checkpoint))
    except (InvalidSignature, ValueError):
        return False
    return True


def checkpoint_of(fact: Mapping[str, object]) -> Checkpoint | None:
    """The checkpoint that a fact states; nothing if it has another shape, so that it cannot be one."""
    given = {*TEXTS, *NUMBERS, *(name for name in DAYS if name in fact)}
    if fact.keys() != given:
        return None
    texts = {name: value for name in TEXTS if isinstance(value := fact[name], str)}
    # A truth value is an int in Python, and no count.
    counted = given - {*TEXTS}
    numbers = {name: value for name in counted if isinstance(value := fact[name], int) and not isinstance(value, bool)}
    if len(texts) + len(numbers) < len(given):
        return None
    return Checkpoint(
        texts["chain"],
        numbers["count"],
        numbers["first"],
        numbers["last"],
        texts["last_hash"],
        texts["root"],
        texts["at"],
        texts["key"],
        texts["signature"],
        numbers.get("evidence_days"),
        numbers.get("texts_days"),
    )
