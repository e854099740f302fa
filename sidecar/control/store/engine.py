"""What the two databases have in common, as the rest of the control plane sees it.

Rules:
- One dialect for both: `?` stands for a value and never appears in a literal; TEXT, BIGINT and DOUBLE PRECISION only;
  times are Unix seconds; a yes is 1. `INSERT .. ON CONFLICT` and `RETURNING` work in both.
- Writing transactions run one after the other, across all replicas: what was read in one stays true until its end, so
  that no two can decide the same thing. People decide; a few hundred a second are plenty.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from sidecar.core.errors import GatehouseError

Row = Mapping[str, object]
# Told instead of a payload when announcements may have been missed: look at everything again.
MISSED = ""


class StoreFailed(GatehouseError):  # noqa: N818  (named for what happened)
    """The database did not do it. Nothing of the transaction stands."""


class Transaction(Protocol):
    async def rows(self, sql: str, *values: object) -> list[Row]: ...

    async def do(self, sql: str, *values: object) -> int:
        """How many rows were touched."""

    async def announce(self, topic: str, payload: str) -> None:
        """Tell every listener of every replica, once the transaction stands. Short: under 4,000 bytes."""


class Heard(Protocol):
    """Announcements as they come, from the moment it was made until `close`."""

    def __aiter__(self) -> AsyncIterator[str]: ...

    async def __anext__(self) -> str: ...

    def close(self) -> None: ...


class Engine(Protocol):
    """A database that is open."""

    def transaction(self, durable: bool = True) -> AbstractAsyncContextManager[Transaction]: ...

    async def rows(self, sql: str, *values: object) -> list[Row]:
        """A look without a transaction: waits for no writer."""

    async def listen(self, topic: str) -> Heard: ...

    async def close(self) -> None: ...


def plain(values: Sequence[object]) -> tuple[object, ...]:
    """Values that both databases take the same way."""
    return tuple(_plain(value) for value in values)


def _plain(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        # PostgreSQL refuses NUL, and neither writes half a surrogate: a client may send both, and shall not fail there.
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    return value
