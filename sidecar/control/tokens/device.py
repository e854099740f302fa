"""Logging in where there is no browser (RFC 8628): the device shows a code, a person types it in elsewhere.

Strategy: the device asks, gets a long code for itself and a short one for the person, and asks again every few seconds.
The person, signed in at the console, types the short one and says yes; the device's next question is answered.

Rules:
- The short code has twenty letters without vowels and digits that look like them, eight long: 25 billion, ten minutes.
- Each code works once. Asking too often makes the pause longer.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from sidecar.control.person import Person
from sidecar.control.store.engine import Row, Transaction
from sidecar.control.store.store import Store
from sidecar.control.tokens.issue import digest
from sidecar.control.tokens.proven import UNRENEWED, Proven
from sidecar.control.tokens.refusal import Error, TokenRefused

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH = 8
LASTS = 600.0  # seconds
PAUSE = 5.0
# At once, of all devices: without it anyone could fill the table.
MOST_WAITING = 10_000
LONGEST_NAME = 100


class State(StrEnum):
    WAITING = "waiting"
    ALLOWED = "allowed"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Started:
    code: str = field(repr=False)
    user_code: str
    expires_in: int
    interval: int


class Devices:
    def __init__(self, store: Store, now: Callable[[], float], lasts: float = LASTS) -> None:
        self._store = store
        self._now = now
        self._lasts = lasts

    async def start(self, device: str) -> Started:
        """`device`: what it calls itself, shown to the person."""
        shown = "".join(letter for letter in device if letter.isprintable())[:LONGEST_NAME]
        code, letters = secrets.token_urlsafe(32), "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        now = self._now()
        async with self._store.transaction() as transaction:
            await transaction.do("DELETE FROM device_logins WHERE expires < ?", now - self._lasts)
            if len(await transaction.rows("SELECT code FROM device_logins LIMIT ?", MOST_WAITING)) >= MOST_WAITING:
                raise TokenRefused("Too many devices are waiting: try again later.", Error.UNAVAILABLE, status=503)
            await transaction.do(
                "INSERT INTO device_logins (code, user_code, state, device, expires, asked, pause) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                digest(code), digest(letters), State.WAITING.value, shown, now + self._lasts, 0.0, PAUSE,
            )  # fmt: skip
        return Started(code, f"{letters[:4]}-{letters[4:]}", int(self._lasts), int(PAUSE))

    async def named(self, user_code: str) -> str | None:
        """What the device that waits under this code calls itself; nothing if none does."""
        rows = await self._store.rows(
            "SELECT device FROM device_logins WHERE user_code = ? AND state = ? AND expires > ?",
            digest(plain(user_code)), State.WAITING.value, self._now(),
        )  # fmt: skip
        return str(rows[0]["device"]) if rows else None

    async def decide(self, user_code: str, person: Person, yes: bool) -> None:
        """The person's word; it cannot be taken back."""
        state = State.ALLOWED if yes else State.DENIED
        async with self._store.transaction() as transaction:
            touched = await transaction.do(
                "UPDATE device_logins SET state = ?, subject = ?, source = ?, groups = ? "
                "WHERE user_code = ? AND state = ? AND expires > ?",
                state.value, person.subject, person.provider, json.dumps(sorted(person.groups)),
                digest(plain(user_code)), State.WAITING.value, self._now(),
            )  # fmt: skip
        if not touched:
            raise TokenRefused("No device waits under this code: it may have expired, or been used.")

    async def take(self, transaction: Transaction, code: str) -> Proven:
        """The person whom the device now speaks for; the code is used up."""
        rows = await transaction.rows(
            "SELECT state, subject, source, groups, expires, asked, pause FROM device_logins WHERE code = ?",
            digest(code),
        )
        row = rows[0] if rows else None
        if row is None or _float(row["expires"]) <= self._now():
            raise TokenRefused("The code has expired: start again.", Error.EXPIRED)
        if row["state"] == State.ALLOWED:
            await transaction.do("DELETE FROM device_logins WHERE code = ?", digest(code))
            groups = tuple(str(group) for group in json.loads(str(row["groups"])))
            return Proven(
                str(row["source"]), str(row["subject"]), groups, self._now(), issued=self._now(), logged_in=UNRENEWED
            )
        if row["state"] == State.DENIED:
            raise TokenRefused("The person said no.", Error.ACCESS_DENIED)
        raise Waiting(row)

    async def asked(self, code: str, waiting: "Waiting") -> TokenRefused:
        """It has to wait on; longer between questions if it asked too soon."""
        now, pause = self._now(), _float(waiting.row["pause"])
        early = now - _float(waiting.row["asked"]) < pause - 1  # a second for clocks that tick unevenly
        async with self._store.transaction() as transaction:
            await transaction.do(
                "UPDATE device_logins SET asked = ?, pause = ? WHERE code = ?",
                now, pause + PAUSE if early else pause, digest(code),
            )  # fmt: skip
        if early:
            return TokenRefused("Asked too often: wait five seconds longer.", Error.SLOW_DOWN)
        return TokenRefused("Nobody has said yes yet.", Error.PENDING)


class Waiting(Exception):  # noqa: N818  (a state)
    """Raised inside the transaction, so that nothing of it stands."""

    def __init__(self, row: Row) -> None:
        super().__init__("waiting")
        self.row = row


def plain(user_code: str) -> str:
    """As it was made: people type small letters, blanks and dashes."""
    return "".join(letter for letter in user_code.upper() if letter.isalnum())


def _float(value: object) -> float:
    if not isinstance(value, int | float):
        raise TypeError(f"{type(value).__name__} where the store keeps a time")
    return float(value)
