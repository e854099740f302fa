"""Gate tokens: made, signed, and remembered by the hash of their id.

Rules:
- A token says who, from which provider, in which groups, for which gate and until when: nothing of content.
- A token for people's acts is made for nothing but a person's own login. It is short, and says of when the groups are:
  whoever changes something with it must have been in them a minute ago (`web/guard.py`).
- It is written down and remembered before it is given out. What cannot be recorded is not given.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from sidecar.control.store.store import Store
from sidecar.control.tokens.keys import Keys
from sidecar.control.tokens.proven import Proven
from sidecar.control.tokens.refusal import Error, TokenRefused
from sidecar.control.trail import Trail
from sidecar.settings.tokens import CONTROL_AUDIENCE, Exchange

# Beyond this a header grows larger than servers on the way take (8 KiB is common).
LARGEST = 8 * 1024
# Seconds that a token for people's acts holds, for reading: as old as groups may be where nothing is changed.
ACTS_LIFETIME = 300.0


@dataclass(frozen=True, slots=True)
class Issued:
    token: str = field(repr=False)
    id: str
    audience: str
    expires_in: int
    refresh: str | None = field(default=None, repr=False)


def digest(name: str) -> str:
    """What is kept of a token's id, a code or a refresh token, and how blocks name a token."""
    return hashlib.sha256(name.encode()).hexdigest()


class Issuer:
    def __init__(self, settings: Exchange, store: Store, keys: Keys, trail: Trail, now: Callable[[], float]) -> None:
        self._settings = settings
        self._store = store
        self._keys = keys
        self._trail = trail
        self._now = now

    def audience(self, asked: str | None) -> str:
        """The gate that is meant: this one if none is named."""
        if asked == CONTROL_AUDIENCE:
            return CONTROL_AUDIENCE
        if asked is not None and asked not in self._settings.audiences:
            raise TokenRefused(f"There is no gate {asked!r} to make a token for.", Error.INVALID_TARGET)
        return asked or self._settings.audience

    async def issue(self, proven: Proven, audience: str, login: str | None = None) -> Issued:
        now = self._now()
        acts = self._of_acts(proven) if audience == CONTROL_AUDIENCE else {}
        lifetime = min(self._settings.lifetime, ACTS_LIFETIME) if acts else self._settings.lifetime
        ends = min(now + lifetime, proven.until if proven.until is not None else float("inf"))
        name = f"gt_{secrets.token_urlsafe(16)}"  # never begins with a dash: `token revoke --id` takes it
        claims = {
            "iss": self._settings.issuer,
            "sub": proven.subject,
            "aud": audience,
            "groups": list(proven.groups),
            "idp": proven.source,
            "jti": name,
            "iat": int(now),
            "exp": int(ends),
            **acts,
        }
        token = (await self._keys.signing()).sign(claims)
        if len(token) > LARGEST:
            raise TokenRefused("The caller's groups do not fit into a token: map them to fewer.", source=proven.source)
        await self._remember(digest(name), proven, claims, login)
        return Issued(token, digest(name), audience, int(ends) - int(now))

    def _of_acts(self, proven: Proven) -> dict[str, float]:
        if proven.logged_in is None:
            raise TokenRefused(
                "Tokens for people's acts are made for `gatehouse login` only.",
                Error.INVALID_TARGET,
                source=proven.source,
            )
        return {"groups_at": proven.logged_in}

    async def _remember(self, name: str, proven: Proven, claims: dict[str, object], login: str | None) -> None:
        fact = {
            "token": name,
            "subject": proven.subject,
            "provider": proven.source,
            "groups": list(proven.groups),
            "audience": claims["aud"],
            "expires": claims["exp"],
            "login": login,
        }
        await self._trail.record("token_issued", fact)
        async with self._store.transaction() as transaction:
            await transaction.do("DELETE FROM issued_tokens WHERE expires < ?", self._now())
            await transaction.do(
                "INSERT INTO issued_tokens (id, subject, source, audience, login, issued, expires) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                name, proven.subject, proven.source, claims["aud"], login, claims["iat"], claims["exp"],
            )  # fmt: skip
