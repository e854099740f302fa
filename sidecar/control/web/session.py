"""Who is signed in at the console, and links that sign in once.

Rules:
- At rest there are only hashes: who reads the database cannot sign in with it. What renews a person's groups at their
  provider is encrypted under the cookie itself.
- A session ends when nobody came for `IDLE`, and after `LASTS` in any case.
- A link works once, and not after `LINK_LASTS`.
"""

import base64
import hashlib
import json
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sidecar.control.store.engine import Row
from sidecar.control.store.store import Store
from sidecar.settings.tokens import LOCAL_PROVIDER

# A working day; a page that is open all day asks for news now and then, which counts as coming.
LASTS = 12 * 3600.0
IDLE = 2 * 3600.0
LINK_LASTS = 600.0
# `seen` is written down at most so often: a page must not cost a write.
SEEN_EVERY = 60.0
LOCAL = LOCAL_PROVIDER


@dataclass(frozen=True, slots=True)
class Session:
    """`groups_at`: when the provider last said so."""

    id: str
    subject: str
    provider: str
    groups: frozenset[str]
    groups_at: float
    cookie: str = field(repr=False)
    sealed: str | None = field(default=None, repr=False)

    @property
    def renewal(self) -> str | None:
        """The refresh token, if the provider gave one."""
        return _opened(self.cookie, self.sealed) if self.sealed else None


class Sessions:
    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock

    async def begin(
        self, subject: str, provider: str, groups: frozenset[str] = frozenset(), renewal: str | None = None
    ) -> Session:
        """Signed in; the cookie is new each time, so that one planted before is worth nothing."""
        cookie, now = secrets.token_urlsafe(32), self._clock()
        sealed = _sealed(cookie, renewal) if renewal else None
        async with self._store.transaction() as transaction:
            await transaction.do("DELETE FROM sessions WHERE made < ?", now - 2 * LASTS)
            await transaction.do(
                "INSERT INTO sessions (id, subject, provider, groups, groups_at, made, seen, sealed) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                hashed(cookie), subject, provider, json.dumps(sorted(groups)), now, now, now, sealed,
            )  # fmt: skip
        return Session(hashed(cookie), subject, provider, groups, now, cookie, sealed)

    async def find(self, cookie: str) -> Session | None:
        """The session that goes on now, or nothing."""
        now, identifier = self._clock(), hashed(cookie)
        rows = await self._store.rows(
            "SELECT * FROM sessions WHERE id = ? AND ended IS NULL AND made > ? AND seen > ?",
            identifier, now - LASTS, now - IDLE,
        )  # fmt: skip
        if not rows:
            return None
        if now - float(str(rows[0]["seen"])) > SEEN_EVERY:
            async with self._store.transaction() as transaction:
                await transaction.do("UPDATE sessions SET seen = ? WHERE id = ?", now, identifier)
        return _session(rows[0], cookie)

    async def renewed(self, session: Session, groups: frozenset[str], renewal: str | None) -> Session:
        """The same session with the groups of now."""
        now = self._clock()
        sealed = _sealed(session.cookie, renewal) if renewal else session.sealed
        async with self._store.transaction() as transaction:
            await transaction.do(
                "UPDATE sessions SET groups = ?, groups_at = ?, sealed = ? WHERE id = ?",
                json.dumps(sorted(groups)), now, sealed, session.id,
            )  # fmt: skip
        return Session(session.id, session.subject, session.provider, groups, now, session.cookie, sealed)

    async def end(self, session: Session) -> None:
        async with self._store.transaction() as transaction:
            await transaction.do("UPDATE sessions SET ended = ?, sealed = NULL WHERE id = ?", self._clock(), session.id)

    async def link(self) -> str:
        """What stands in a new link that signs in once."""
        secret, now = secrets.token_urlsafe(24), self._clock()
        async with self._store.transaction() as transaction:
            await transaction.do("DELETE FROM sign_in_links WHERE expires <= ?", now)
            sql = "INSERT INTO sign_in_links (id, expires) VALUES (?, ?)"
            await transaction.do(sql, hashed(secret), now + LINK_LASTS)
        return secret

    async def spend(self, secret: str) -> bool:
        """Was the link good? It is not any more."""
        async with self._store.transaction() as transaction:
            sql = "DELETE FROM sign_in_links WHERE id = ? AND expires > ?"
            return await transaction.do(sql, hashed(secret), self._clock()) == 1


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _session(row: Row, cookie: str) -> Session:
    groups = frozenset(str(group) for group in json.loads(str(row["groups"])))
    sealed = row["sealed"]
    return Session(
        str(row["id"]), str(row["subject"]), str(row["provider"]), groups, float(str(row["groups_at"])), cookie,
        str(sealed) if sealed is not None else None,
    )  # fmt: skip


def _key(cookie: str) -> bytes:
    """Another hash than the one at rest."""
    return hashlib.sha256(b"gatehouse session seal\0" + cookie.encode()).digest()


def _sealed(cookie: str, secret: str) -> str:
    nonce = os.urandom(12)
    return base64.b64encode(nonce + AESGCM(_key(cookie)).encrypt(nonce, secret.encode(), None)).decode()


def _opened(cookie: str, sealed: str) -> str | None:
    raw = base64.b64decode(sealed)
    try:
        return AESGCM(_key(cookie)).decrypt(raw[:12], raw[12:], None).decode()
    except InvalidTag:
        return None
