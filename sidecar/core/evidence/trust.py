"""Which keys are believed: those that are given, and those that a believed key vouches for.

    pledge = {"from", "public", "since", "to", "signature"}
    signature = Ed25519 of key `from` over the canonical JSON of the pledge without "signature"

Strategy: a key is rotated by letting the old one sign the new one; the pledge stands in the chain. Chains come in any
order, so what an unknown key signed waits until every pledge was seen.

Rules: a pledge speaks for itself. Whoever writes one into the record without the old key pledges nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sidecar.core.evidence.checkpoint import Checkpoint, PublicKeys, key_id, verified
from sidecar.core.evidence.event import canonical
from sidecar.core.evidence.verdict import Faults, Trouble

# Keys are rotated now and then; a thousand of these that nobody vouches for are somebody's doing.
MOST_PLEDGES = 1_000
NAMES = ("from", "public", "since", "signature", "to")


@dataclass(frozen=True, slots=True)
class _Waiting:
    stated: Checkpoint
    seq: int
    what: str


def pledged(old: Ed25519PrivateKey, new: Ed25519PublicKey, since: str) -> dict[str, str]:
    """The old key's word for the new one."""
    said = {"from": key_id(old.public_key()), "to": key_id(new), "public": new.public_bytes_raw().hex(), "since": since}
    return {**said, "signature": old.sign(canonical(said)).hex()}


def vouched(pledge: Mapping[str, str], keys: PublicKeys) -> Ed25519PublicKey | None:
    """The key that it is about, if one of these vouches for it."""
    old = keys.get(pledge["from"])
    try:
        new = Ed25519PublicKey.from_public_bytes(bytes.fromhex(pledge["public"]))
        if old is None or key_id(new) != pledge["to"]:
            return None
        said = {name: value for name, value in pledge.items() if name != "signature"}
        old.verify(bytes.fromhex(pledge["signature"]), canonical(said))
    except (InvalidSignature, ValueError):
        return None
    return new


class Trust:
    """Grows as pledges are seen, and says of each checkpoint whether its signature holds."""

    def __init__(self, keys: PublicKeys) -> None:
        self._keys = dict(keys)
        self._pledges: list[dict[str, str]] = []
        self._waiting: list[_Waiting] = []

    def knows(self, key: str) -> bool:
        return key in self._keys

    def see(self, fact: Mapping[str, object]) -> None:
        """A pledge, if it has the shape of one."""
        said = {name: value for name in NAMES if isinstance(value := fact.get(name), str)}
        if len(said) == len(NAMES) and said["to"] not in self._keys and len(self._pledges) < MOST_PLEDGES:
            self._pledges.append(said)
            self._grow()

    def signed(self, stated: Checkpoint, faults: Faults, seq: int, what: str) -> bool | None:
        """Name a signature that does not hold. Nothing: its key is not known yet, and `settle` will say."""
        if stated.key not in self._keys:
            self._waiting.append(_Waiting(stated, seq, what))
            return None
        if verified(stated, self._keys):
            return True
        faults.add(Trouble.BAD_SIGNATURE, stated.chain, seq, f"{what} was not signed as it stands there")
        return False

    def settle(self, faults: Faults) -> list[Checkpoint]:
        """Every pledge was seen: those that waited and hold."""
        waiting, self._waiting, good = self._waiting, [], []
        for one in waiting:
            if one.stated.key not in self._keys:
                said = f"{one.what} is signed with key {one.stated.key}"
                faults.add(Trouble.UNKNOWN_KEY, one.stated.chain, one.seq, said)
            elif self.signed(one.stated, faults, one.seq, one.what):
                good.append(one.stated)
        return good

    def _grow(self) -> None:
        grown = True
        while grown:
            grown = False
            for pledge in [one for one in self._pledges if one["to"] not in self._keys]:
                key = vouched(pledge, self._keys)
                if key is not None:
                    self._keys[pledge["to"]] = key
                    grown = True
