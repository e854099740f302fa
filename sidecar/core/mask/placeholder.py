"""What stands in a text where a sensitive value stood.

    redact, token  [EMAIL_K7Q2M9XA]       the same for the same value within a session, another one in the next
    hash           [EMAIL_#3f9a0c51b7de]  the same for the same value in every session of this key
    last4          ****1111               the last four letters and digits; only stars when the value is short

Strategy: everything comes from HMAC-SHA256 under a key that only the gate has, so that a placeholder is the same after
a restart, and whoever reads it cannot try out values. All characters but the last are HMAC(scope, label, value): 35
bits, or 44 of a hash. The last is a check over the rest, by which a gate that has forgotten everything else still knows
its own, and knows a `token` (its value is owed to the agent) from a `redact` (it is not).

Rules:
- `redact` and `token` are bound to the scope, so that placeholders do not link sessions. `hash` exists to link them
  (count the people, not the mentions), so it is bound to the key alone.
- What already is a mask of ours is not masked once more.
- The number of stars never depends on the value: its length is nobody's business.
- Two values of one session may share a placeholder (35 bits: one chance in 70,000 among a thousand values).
  `SessionMemory` notices and then restores neither.
"""

import hmac
import re
from collections.abc import Collection
from functools import lru_cache

from sidecar.core.model.action import How
from sidecar.core.model.detector import Detector

# 32 characters, so five bits each; without I, O, 0 and 1, which people and models read as each other.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_DRAWN = 7
_HEX = 11
_LONGEST_LABEL = 40
# Four of fewer than twelve characters would be a third of the secret or more.
_LAST4_NEEDS = 12
_STARS = "****"
_LAST4 = re.compile(r"\*{4}(?:\*{4}|[^\W_]{4})")
# A shorter key could be found by trying.
_SHORTEST_KEY = 16

PLACEHOLDER = Detector(
    id="gatehouse/placeholder",
    label="PLACEHOLDER",
    pattern=r"\[[A-Z][A-Z0-9_]{0,39}_(?:[2-9A-HJ-NP-Z]{8}|#[0-9a-f]{12})\]",
)
_SHAPE = re.compile(PLACEHOLDER.pattern)


@lru_cache(maxsize=1024)
def _plain(label: str) -> str:
    """A label as it stands in a placeholder: `rule/no-zephyr` becomes `RULE_NO_ZEPHYR`."""
    name = re.sub(r"[^A-Z0-9]+", "_", label.upper()).strip("_") or "VALUE"
    name = name if name[0].isalpha() else f"N_{name}"
    return name[:_LONGEST_LABEL].rstrip("_")


# The same for every scope of a gate: thousands of calls may wait for people at once, and each has a scope.
@lru_cache(maxsize=8)
def _names(labels: frozenset[str]) -> frozenset[str]:
    return frozenset(map(_plain, labels))


@lru_cache(maxsize=8)
def _keyed(key: bytes) -> hmac.HMAC:
    """Copied for each use, and never updated itself."""
    return hmac.new(key, digestmod="sha256")


def _last4(value: str) -> str:
    kept = [character for character in value if character.isalnum()]
    return _STARS + ("".join(kept[-4:]) if len(kept) >= _LAST4_NEEDS else _STARS)


class Placeholders:
    """Makes the placeholders of one scope (a caller and a session), and knows its own when it sees them.

    `labels`: every label that the rules in force can give, where the maker knows them. A text that only looks like a
    placeholder can then not carry anything of its own choice in the place of the label.
    """

    def __init__(self, key: bytes, scope: str, labels: Collection[str] | None = None) -> None:
        if len(key) < _SHORTEST_KEY:
            raise ValueError(f"a key for placeholders has at least {_SHORTEST_KEY} bytes, this one has {len(key)}")
        self._keyed = _keyed(key)
        self._scope = scope
        self._labels = None if labels is None else _names(frozenset(labels))

    def __repr__(self) -> str:
        return "Placeholders()"

    def make(self, label: str, how: How, value: str) -> str:
        """The text that stands for this value from now on."""
        if _LAST4.fullmatch(value) or self.is_ours(value):
            return value
        if how is How.LAST4:
            return _last4(value)
        name = _plain(label)
        if how is How.HASH:
            rest = f"{name}_#{self._mac('hash', name, value).hex()[:_HEX]}"
            return f"[{rest}{self._check(rest, how)}]"
        bits = int.from_bytes(self._mac("value", self._scope, name, value)[:5])
        drawn = "".join(ALPHABET[bits >> 5 * place & 31] for place in range(_DRAWN))
        rest = f"{name}_{drawn}"
        return f"[{rest}{self._check(rest, how)}]"

    def how_of(self, placeholder: str) -> How | None:
        """How it was made, if a gate with this key made it, whatever the scope; else nothing.

        One check character: a stranger's text passes for a token once in 32 times.
        """
        if not _SHAPE.fullmatch(placeholder):
            return None
        rest, check = placeholder[1:-2], placeholder[-2]
        if self._labels is not None and rest.rpartition("_")[0] not in self._labels:
            return None
        ways = (How.HASH,) if "#" in rest else (How.TOKEN, How.REDACT)
        return next((how for how in ways if self._check(rest, how) == check), None)

    def is_ours(self, placeholder: str) -> bool:
        return self.how_of(placeholder) is not None

    def _check(self, rest: str, how: How) -> str:
        drawn = self._mac("check", rest)[0] & 31
        if how is How.HASH:
            return f"{drawn & 15:x}"
        # The two ways are half the alphabet apart, so that one is never taken for the other.
        return ALPHABET[drawn if how is How.TOKEN else drawn ^ 16]

    def _mac(self, *parts: str) -> bytes:
        # Each part with its length before it: ("ab", "c") must not give what ("a", "bc") gives.
        encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
        mac = self._keyed.copy()
        mac.update(b"".join(len(part).to_bytes(8) + part for part in encoded))
        return mac.digest()
