"""Anchors: signed checkpoints of data planes, kept away from the machines whose record they prove.

Rules:
- A line is kept as it came, once; nothing is ever replaced. Two different lines for the same chain and count are both
  kept: that is what an auditor wants to see.
- Only the shape is looked at here; who signed it is the verifier's business.
"""

import json
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from sidecar.control.store.store import Store
from sidecar.core.errors import GatehouseError

LONGEST_LINE = 16_384
LONGEST_PAGE = 1_000


class NotACheckpoint(GatehouseError):  # noqa: N818  (an answer, not a fault)
    """The line is not one that a gate sends. The message says what was expected."""


class Anchors:
    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock

    async def append(self, line: bytes) -> None:
        """Kept when this returns."""
        line = line.strip()
        chain, count = _named(line)
        columns = "digest, chain, count, line, at"
        sql = f"INSERT INTO anchors ({columns}) VALUES (?, ?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING"  # noqa: S608
        async with self._store.transaction() as transaction:
            await transaction.do(sql, sha256(line).hexdigest(), chain, count, line.decode(), self._clock())

    async def read(self, chain: str | None = None, after: int = -1, most: int = LONGEST_PAGE) -> list[str]:
        """Lines of a chain beyond a count, in order; without a chain, the newest line of each."""
        if chain is None:
            sql = (
                "SELECT a.line FROM anchors a JOIN (SELECT chain, max(count) AS count FROM anchors GROUP BY chain) n "
                "ON a.chain = n.chain AND a.count = n.count ORDER BY a.chain, a.digest LIMIT ?"
            )
            rows = await self._store.rows(sql, most)
        else:
            sql = "SELECT line FROM anchors WHERE chain = ? AND count > ? ORDER BY count, at, digest LIMIT ?"
            rows = await self._store.rows(sql, chain, after, most)
        return [str(row["line"]) for row in rows]


def _named(line: bytes) -> tuple[str, int]:
    if len(line) > LONGEST_LINE:
        raise NotACheckpoint(f"a checkpoint has at most {LONGEST_LINE} bytes")
    try:
        fact: Any = json.loads(line)
        chain, count = fact["chain"], fact["count"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotACheckpoint("a checkpoint is one line of JSON with `chain` and `count`") from error
    whole = isinstance(chain, str) and type(count) is int and 0 <= count < 1 << 62 and "\x00" not in chain
    if not whole or b"\n" in line or not isinstance(fact.get("signature"), str):
        raise NotACheckpoint("a checkpoint is one line of JSON with `chain`, `count` and `signature`")
    return chain, count
