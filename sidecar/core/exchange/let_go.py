"""Why a call is held, and which texts people let go in a session.

Rules:
- A text that was let go is known by rule, terms and its very words, for this session only: another word, another rule
  or stricter terms, and people are asked again.
- It counts only where the conversation repeats it (see `desk`): said anew it is held anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from sidecar.core.mask.memory import SessionMemory
from sidecar.core.model.detector import Match
from sidecar.core.model.finding import Verdict
from sidecar.core.model.hold import Terms
from sidecar.core.policy.judge import Found

HoldKey = tuple[str | None, str | None, Terms | None]  # policy, rule, terms
# A reviewer reads some of them; a text that repeats a word a thousand times is cut when it is shown.
MOST_SPOTS = 100


@dataclass(frozen=True, slots=True)
class Spot:
    """One text with what was found in it: unmasked, and so never stored, and shown only through a veil."""

    found: Found
    text: str = field(repr=False)
    matches: tuple[Match, ...] = ()


@dataclass(slots=True)
class Hold:
    """What one rule says, and where; without spots it is about the call itself."""

    verdict: Verdict
    spots: list[Spot] = field(default_factory=list, repr=False)
    texts: set[bytes] = field(default_factory=set, repr=False)

    @property
    def key(self) -> HoldKey:
        return self.verdict.policy, self.verdict.rule, self.verdict.terms

    def because(self, found: Found, text: str, matches: Sequence[Match]) -> None:
        self.texts.add(_digest(self.key, text))
        if len(self.spots) < MOST_SPOTS:
            self.spots.append(Spot(found, text, tuple(matches)))


def let_go(memory: SessionMemory, key: HoldKey, text: str) -> bool:
    """Whether people let this rule's text go in this session."""
    return memory.judged(_digest(key, text)) is not None


def remember(memory: SessionMemory, texts: Sequence[bytes]) -> None:
    """People let these go."""
    for digest in texts:
        memory.remember_judged(digest, True)


def _digest(key: HoldKey, text: str) -> bytes:
    words = repr((*key, text)).encode("utf-8", "backslashreplace")
    # One byte longer than what else this memory knows a text by.
    return b"l" + blake2b(words, digest_size=16).digest()
