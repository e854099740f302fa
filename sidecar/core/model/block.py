"""A block: whom or what people have stopped, at once and until it is lifted."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from sidecar.core.model.caller import Caller


class Target(StrEnum):
    """What a block names. `token`: one token, by the SHA-256 of its id (`jti`) in hexadecimal digits, so that neither a
    store nor the way to the gates holds the id itself. `quarantine`: a session of one caller, which a rule stopped;
    nobody stops another's by claiming its name."""

    SESSION = "session"
    SUBJECT = "subject"
    AGENT = "agent"
    CONNECTION = "connection"
    TOKEN = "token"  # noqa: S105  (a kind of target)
    QUARANTINE = "quarantine"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Block:
    """`reason` is a sentence that the caller reads. `before`: only tokens issued until then (a revoked subject may
    sign in again); None: whatever the token."""

    id: str
    target: Target
    value: str
    reason: str
    at: float
    before: float | None = None

    def stops(self, caller: Caller, connection: str) -> bool:
        if self.before is not None and caller.issued is not None and caller.issued > self.before:
            return False
        return self.target is Target.ALL or self.value == named(self.target, caller, connection)


def named(target: Target, caller: Caller, connection: str) -> str | None:
    """What a block of this kind would have to name to mean this call."""
    match target:
        case Target.SESSION:
            return caller.claimed_session
        case Target.SUBJECT:
            return caller.subject
        case Target.AGENT:
            return caller.claimed_agent
        case Target.TOKEN:
            return hashlib.sha256(caller.token.encode()).hexdigest() if caller.token is not None else None
        case Target.QUARANTINE:
            return session_of(caller)
        case _:
            return connection


def session_of(caller: Caller) -> str:
    """Provider, caller and session: readable, and never the same for two. Calls without a session count as one."""
    return "/".join(quote(part, safe="@:") for part in (caller.provider, caller.subject, caller.claimed_session or ""))
