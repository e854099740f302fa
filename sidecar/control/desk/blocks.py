"""Blocks: whom people have stopped, until it is lifted.

Strategy: every change takes the next version, so that a data plane that was away asks for what changed since. Who has
to know hears an announcement under `BLOCKS`.

Rule: a block or its lifting is in the trail before it stands.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sidecar.control.notify.outbox import Outbox
from sidecar.control.store.engine import Row, Transaction
from sidecar.control.store.store import Store
from sidecar.control.trail import Trail
from sidecar.core.errors import GatehouseError
from sidecar.core.model.block import Block, Target

BLOCKS = "blocks"  # the topic of announcements
LONGEST_REASON = 500
_IN_FORCE = "SELECT * FROM blocks WHERE lifted IS NULL ORDER BY at, id"


class NoSuchBlock(GatehouseError):  # noqa: N818  (an answer, not a fault)
    """There is no block of this name in force."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A block as the console shows it. `lifted`: since when it is no longer in force, and by whom."""

    block: Block
    by: str
    lifted: float | None = None
    lifted_by: str | None = None


@dataclass(frozen=True, slots=True)
class InForce:
    """All blocks that are in force, as of a version."""

    version: int
    blocks: tuple[Block, ...]


class Blocks:
    def __init__(
        self,
        store: Store,
        trail: Trail,
        *,
        outbox: Outbox | None = None,
        identifier: Callable[[], str] = lambda: f"bl_{secrets.token_hex(8)}",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._trail = trail
        self._outbox = outbox or Outbox()
        self._identifier = identifier
        self._clock = clock

    async def put(self, target: Target, value: str, reason: str, by: str, before: float | None = None) -> Block:
        """In force from now on. The same again is the block that stands."""
        async with self._store.transaction() as transaction:
            for row in await transaction.rows(_IN_FORCE):
                same = _block(row)
                if (same.target, same.value, same.before) == (target, value, before):
                    return same
            block = Block(self._identifier(), target, value, reason[:LONGEST_REASON], self._clock(), before)
            await self._insert(transaction, block, by)
            return block

    async def _insert(self, transaction: Transaction, block: Block, by: str) -> None:
        version = await _next_version(transaction)
        sql = (
            "INSERT INTO blocks (id, target, named, reason, at, issued_before, put_by, version) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        )
        values = (block.target.value, block.value, block.reason, block.at, block.before, by, version)
        await transaction.do(sql, block.id, *values)
        await transaction.announce(BLOCKS, block.id)
        await self._outbox.stopped(transaction, block, by)
        await self._trail.record("blocked", {**_fact(block), "by": by})

    async def keep(self, block: Block, by: str) -> None:
        """One that a data plane told, under its own name. Known already, also if it was lifted since: nothing to do."""
        async with self._store.transaction() as transaction:
            told = "SELECT id FROM blocks WHERE id = ? OR (lifted IS NULL AND target = ? AND named = ?)"
            if not await transaction.rows(told, block.id, block.target.value, block.value):
                await self._insert(transaction, replace(block, reason=block.reason[:LONGEST_REASON]), by)

    async def lift(self, identifier: str, by: str) -> Block:
        """No longer in force, or `NoSuchBlock`."""
        async with self._store.transaction() as transaction:
            rows = await transaction.rows("SELECT * FROM blocks WHERE id = ? AND lifted IS NULL", identifier)
            if not rows:
                raise NoSuchBlock(f"There is no block {identifier} in force.")
            block = _block(rows[0])
            version = await _next_version(transaction)
            sql = "UPDATE blocks SET lifted = ?, lifted_by = ?, version = ? WHERE id = ?"
            now = self._clock()
            await transaction.do(sql, now, by, version, identifier)
            await transaction.announce(BLOCKS, identifier)
            await self._outbox.lifted(transaction, block, by, now)
            await self._trail.record("lifted", {**_fact(block), "by": by})
            return block

    async def all(self) -> tuple[Block, ...]:
        return (await self.in_force()).blocks

    async def in_force(self) -> InForce:
        """Read in one statement: a version and what it holds belong together."""
        rows = await self._store.rows(
            "SELECT b.*, v.version AS latest FROM (SELECT coalesce(max(version), 0) AS version FROM blocks) v "
            "LEFT JOIN blocks b ON b.lifted IS NULL ORDER BY b.at, b.id"
        )
        return InForce(int(str(rows[0]["latest"])), tuple(_block(row) for row in rows if row["id"] is not None))

    async def standing(self, most: int = 200) -> tuple[Standing, ...]:
        """Those in force first, then those lifted lately."""
        sql = "SELECT * FROM blocks ORDER BY CASE WHEN lifted IS NULL THEN 0 ELSE 1 END, version DESC LIMIT ?"
        return tuple(_standing(row) for row in await self._store.rows(sql, most))


async def _next_version(transaction: Transaction) -> int:
    rows = await transaction.rows("SELECT coalesce(max(version), 0) AS version FROM blocks")
    return int(str(rows[0]["version"])) + 1


def _block(row: Row) -> Block:
    values: Mapping[str, Any] = row
    return Block(
        values["id"], Target(values["target"]), values["named"], values["reason"], values["at"], values["issued_before"]
    )


def _standing(row: Row) -> Standing:
    values: Mapping[str, Any] = row
    return Standing(_block(row), values["put_by"], values["lifted"], values["lifted_by"])


def _fact(block: Block) -> Mapping[str, object]:
    return {
        "block": block.id,
        "target": block.target.value,
        "value": block.value,
        "reason": block.reason,
        "before": block.before,
    }
