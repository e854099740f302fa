"""Calling tokens back: one by its id, all of a caller until now, or an agent's session.

Strategy: a revocation is a block, and blocks reach every data plane within two seconds. Of a token's id only the hash
is kept and sent. Logins that could fetch the next token end too.

Rules: a revoked caller may come back with a new sign-in; who must stay out is blocked by the kill switch.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sidecar.control.desk.blocks import Blocks
from sidecar.control.person import Person
from sidecar.control.tokens.issue import digest
from sidecar.control.tokens.logins import Logins
from sidecar.control.tokens.refusal import TokenRefused
from sidecar.control.trail import Trail
from sidecar.core.model.block import Block, Target


@dataclass(frozen=True, slots=True)
class Revocation:
    """Exactly one of the three. `id`: a token's `jti`."""

    id: str | None = None
    subject: str | None = None
    session: str | None = None
    reason: str = "This token was called back."


class Revoker:
    def __init__(self, blocks: Blocks, logins: Logins, trail: Trail, now: Callable[[], float]) -> None:
        self._blocks = blocks
        self._logins = logins
        self._trail = trail
        self._now = now

    async def revoke(self, wanted: Revocation, by: Person) -> Block:
        target, value, before = self._meant(wanted)
        fact = {"target": target.value, "value": value, "reason": wanted.reason, "by": by.named}
        await self._trail.record("token_revoked", fact)
        if wanted.subject:
            await self._logins.end_of(wanted.subject)
        return await self._blocks.put(target, value, wanted.reason, by.named, before)

    def _meant(self, wanted: Revocation) -> tuple[Target, str, float | None]:
        if len([one for one in (wanted.id, wanted.subject, wanted.session) if one]) != 1:
            raise TokenRefused("Name exactly one of id, subject and session.")
        if wanted.id:
            return Target.TOKEN, digest(wanted.id), None
        if wanted.subject:
            return Target.SUBJECT, wanted.subject, self._now()
        return Target.SESSION, wanted.session or "", None
