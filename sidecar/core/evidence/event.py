"""One recorded fact, and how it is chained to the one before.

    body = canonical JSON of {"at", "chain", "fact", "kind", "seq"}
    hash = SHA256(previous hash || body)

Rules:
- Everything that a column says stands in the body too, so that no column can be edited without the hash noticing.
- The first event of a chain has 32 zero bytes before it; its fact names the chain before, so that lives are linked.
- Whoever holds plain SQL can check this: no length, salt or version is mixed in.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from sidecar.core.evidence.canonical import by_python, canonical

__all__ = ("NOTHING_BEFORE", "Event", "around", "assembled", "canonical", "chained", "event", "written")
NOTHING_BEFORE = bytes(32)


@dataclass(frozen=True, slots=True)
class Event:
    """`at` is RFC 3339 in UTC with microseconds. `previous` and `hash` are 32 bytes."""

    chain: str
    seq: int
    at: str
    kind: str
    body: bytes
    previous: bytes
    hash: bytes

    @property
    def fact(self) -> Mapping[str, object]:
        """What happened."""
        fact = json.loads(self.body)["fact"]
        if not isinstance(fact, dict):
            raise TypeError("the fact of an event is an object")
        return fact


def chained(previous: bytes, body: bytes) -> bytes:
    return sha256(previous + body).digest()


def event(previous: bytes, chain: str, seq: int, at: str, kind: str, fact: Mapping[str, object]) -> Event:
    """The next event of a chain."""
    return assembled(previous, chain, seq, at, kind, canonical(fact))


def assembled(previous: bytes, chain: str, seq: int, at: str, kind: str, fact: bytes) -> Event:
    """The next event, of a fact that is canonical already. The names stand in the order that sorting would give."""
    body = written(by_python(at), chain, kind, fact, seq)
    return Event(chain, seq, at, kind, body, previous, chained(previous, body))


def written(at: bytes, chain: str, kind: str, fact: bytes, seq: int) -> bytes:
    """The body, of a time and a fact that are JSON already."""
    before, after = around(chain, kind)
    return b'{"at":%b%b%b%b%d}' % (at, before, fact, after, seq)


# A gate writes one chain and about twenty kinds.
@lru_cache(maxsize=64)
def around(chain: str, kind: str) -> tuple[bytes, bytes]:
    """What stands in a body between the time and the fact, and between the fact and the number."""
    return b',"chain":%b,"fact":' % by_python(chain), b',"kind":%b,"seq":' % by_python(kind)
