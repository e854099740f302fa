"""Logins that live longer than a token: a refresh token, exchanged for the next one at each use.

Rules:
- Only hashes are kept. A login ends at its time, when it is called back, or when a refresh token comes a second time:
  then somebody has a copy, and nobody can tell who (RFC 9700, 4.14.2).
- Within `GRACE` of its first use it may come again: the answer may have been lost on the way.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sidecar.control.store.engine import Row, Transaction
from sidecar.control.store.store import Store
from sidecar.control.tokens.issue import digest
from sidecar.control.tokens.proven import UNRENEWED, Proven
from sidecar.control.tokens.refusal import Error, TokenRefused

GRACE = 30.0


@dataclass(frozen=True, slots=True)
class Refreshed:
    login: str
    token: str
    proven: Proven


class Logins:
    def __init__(self, store: Store, lifetime: float, now: Callable[[], float]) -> None:
        self._store = store
        self._lifetime = lifetime
        self._now = now

    async def begin(self, transaction: Transaction, proven: Proven) -> Refreshed:
        """A new login and its first refresh token."""
        now, name = self._now(), f"gl_{secrets.token_urlsafe(16)}"
        await transaction.do(
            "DELETE FROM refresh_tokens WHERE login IN (SELECT id FROM logins WHERE expires <= ?)", now
        )
        await transaction.do("DELETE FROM logins WHERE expires <= ?", now)
        await transaction.do(
            "INSERT INTO logins (id, subject, source, groups, made, expires) VALUES (?, ?, ?, ?, ?, ?)",
            name, proven.subject, proven.source, json.dumps(proven.groups), now, now + self._lifetime,
        )  # fmt: skip
        return Refreshed(name, await self._token(transaction, name), proven)

    async def refresh(self, token: str) -> Refreshed:
        async with self._store.transaction() as transaction:
            row = await self._found(transaction, digest(token))
            stolen = row is not None and row["used"] is not None and self._now() - _float(row["used"]) > GRACE
            if row is not None and stolen:
                await self._end(transaction, str(row["login"]))
            elif row is not None:
                await transaction.do(
                    "UPDATE refresh_tokens SET used = ? WHERE id = ? AND used IS NULL", self._now(), digest(token)
                )
                fresh = await self._token(transaction, str(row["login"]))
                return Refreshed(str(row["login"]), fresh, self._proven(row))
        raise TokenRefused("This login has ended: log in again.", Error.INVALID_GRANT)

    async def end(self, token: str) -> None:
        """Logged out."""
        async with self._store.transaction() as transaction:
            for row in await transaction.rows("SELECT login FROM refresh_tokens WHERE id = ?", digest(token)):
                await self._end(transaction, str(row["login"]))

    async def end_of(self, subject: str) -> None:
        """All that somebody has."""
        async with self._store.transaction() as transaction:
            await transaction.do(
                "UPDATE logins SET ended = ? WHERE subject = ? AND ended IS NULL", self._now(), subject
            )

    async def _found(self, transaction: Transaction, name: str) -> Row | None:
        rows = await transaction.rows(
            "SELECT r.login, r.used, l.subject, l.source, l.groups, l.made, l.expires FROM refresh_tokens r "
            "JOIN logins l ON l.id = r.login WHERE r.id = ? AND l.ended IS NULL AND l.expires > ?",
            name,
            self._now(),
        )
        return rows[0] if rows else None

    async def _end(self, transaction: Transaction, login: str) -> None:
        await transaction.do("UPDATE logins SET ended = ? WHERE id = ? AND ended IS NULL", self._now(), login)

    async def _token(self, transaction: Transaction, login: str) -> str:
        token = secrets.token_urlsafe(32)
        await transaction.do("INSERT INTO refresh_tokens (id, login) VALUES (?, ?)", digest(token), login)
        return token

    def _proven(self, row: Row) -> Proven:
        groups = tuple(str(group) for group in json.loads(str(row["groups"])))
        expires, made = _float(row["expires"]), _float(row["made"])
        return Proven(
            str(row["source"]), str(row["subject"]), groups, expires, issued=made, logged_in=UNRENEWED, until=expires
        )


def _float(value: object) -> float:
    if not isinstance(value, int | float):
        raise TypeError(f"{type(value).__name__} where the store keeps a time")
    return float(value)
