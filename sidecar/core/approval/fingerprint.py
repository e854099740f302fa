"""What names exactly one call, and what names "the same rule in the same session".

Strategy: SHA-256 over canonical JSON of everything that a person was shown or that decides who may say yes. Another
argument, another caller, another connection, other rules: another fingerprint, and an approval does not fit it.

Rules:
- The content is what would leave: method, path and the bytes after masking. Headers are no part of it: the clients
  count their tries in them (`x-stainless-retry-count`), and a try that is made again is the same call.
- A list, not a concatenation: `("ab", "c")` and `("a", "bc")` are two calls.
"""

import json
from dataclasses import dataclass, field
from hashlib import sha256

from sidecar.core.model.caller import Caller

# Stands first, so that the one kind of digest is never taken for the other.
CALL, SESSION = "gatehouse call 1", "gatehouse session 1"


@dataclass(frozen=True, slots=True)
class Content:
    """A request as it would leave."""

    method: str
    path: str
    body: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Under:
    """The rule that holds, and the digest of all rules in force."""

    rule: str
    policy: str
    digest: str


def fingerprint(caller: Caller, connection: str, content: Content, under: Under) -> str:
    """Of exactly this call."""
    body = None if content.body is None else sha256(content.body).hexdigest()
    return _digest(CALL, *_who(caller), connection, content.method, content.path, body, *_rule(under))


def session_key(caller: Caller, session: str | None, connection: str, under: Under) -> str:
    """Of every call of this session that the same rule holds. Calls without a session share the caller's."""
    return _digest(SESSION, *_who(caller), session, connection, *_rule(under))


def _who(caller: Caller) -> tuple[str, str]:
    return caller.provider, caller.subject


def _rule(under: Under) -> tuple[str, str, str]:
    return under.rule, under.policy, under.digest


def _digest(*parts: str | None) -> str:
    # ASCII escapes: half a surrogate pair in a name has a digest too.
    return sha256(json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()
