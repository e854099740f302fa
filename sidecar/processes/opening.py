"""Opens sealed originals for an auditor, and records that it did before it shows anything.

Strategy: the access log is a record of its own, a chain in `<state>/access` beside the spool, with the same keys and
anchors. So it can be written whether or not a data plane runs, and is delivered and checked like any other.

Rules:
- What cannot be recorded is not shown: no access without its trace.
- The fact names who asked, for what and why, and which parts with which key; never what stood in them. An attempt that
  opened nothing is recorded too.
"""

import asyncio
import getpass
import platform
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from sidecar.core.errors import GatehouseError
from sidecar.processes import recording
from sidecar.processes.proof import ACCESS
from sidecar.record.clickhouse.place import Trouble, place
from sidecar.record.clickhouse.shipper import Shipper
from sidecar.record.originals import ClickHouseShelf, Original, Shelf, SpoolShelf, originals
from sidecar.record.sealing import NotOpened, Opener
from sidecar.settings.values import Durability, Settings
from sidecar.telemetry.metrics import Metrics

DELIVERY = 5.0  # seconds that an auditor waits for it
MISSING = "the record does not have it any more"


@dataclass(frozen=True, slots=True)
class Opened:
    """One original: its bytes, or why it stays closed."""

    original: Original
    data: bytes | None = field(default=None, repr=False)
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """`name`: an exchange or a session. `reason`: in the words of who asks."""

    name: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """What was found. `unasked`: why the database could not be asked, so that more may be sealed there."""

    found: tuple[Opened, ...]
    unasked: str | None = None

    @property
    def complete(self) -> bool:
        return self.unasked is None and all(one.data is not None for one in self.found)


class NothingSealed(GatehouseError):  # noqa: N818  (named for what is the matter)
    """Nothing was sealed of what was asked for."""


def opened(settings: Settings, key_file: Path, asked: Asked) -> Opening:
    """Every original of an exchange or a session, opened where the key fits; recorded before it is given out."""
    opener = Opener.of(key_file)
    found, unasked = _found(settings, asked.name)
    if not found:
        said = f"nothing was sealed of an exchange or a session named {asked.name}"
        raise NothingSealed(f"{said}; but the database was not asked: {unasked}" if unasked else said)
    results = tuple(_opened(opener, one) for one in found)
    asyncio.run(_recorded(settings, _fact(opener, asked, results)))
    if settings.record.clickhouse is not None and unasked is None:
        _delivered(settings)
    return Opening(results, unasked)


def _found(settings: Settings, name: str) -> tuple[list[Original], str | None]:
    """In the spool and in the database; without the database, why it could not be asked."""
    with ExitStack() as stack:
        shelves: list[Shelf] = [stack.enter_context(closing(SpoolShelf(settings.record.spool)))]
        if settings.record.clickhouse is None:
            return originals(shelves, name), None
        try:
            database = stack.enter_context(closing(ClickHouseShelf(place(settings.record))))
            return originals([*shelves, database], name), None
        except Trouble as trouble:
            return originals(shelves, name), str(trouble)


def _opened(opener: Opener, original: Original) -> Opened:
    if original.blob is None:
        return Opened(original, why=MISSING)
    try:
        return Opened(original, opener.opened(original.blob, original.exchange, original.kind))
    except NotOpened as closed:
        return Opened(original, why=str(closed))


def _fact(opener: Opener, asked: Asked, results: Sequence[Opened]) -> dict[str, object]:
    return {
        "asked_for": asked.name,
        "reason": asked.reason,
        "by": getpass.getuser(),
        "on": platform.node(),
        "key": opener.id,
        "opened": [_named(one) for one in results if one.data is not None],
        "not_opened": [{**_named(one), "why": one.why} for one in results if one.data is None],
    }


def _named(one: Opened) -> dict[str, object]:
    return {"exchange": one.original.exchange, "kind": one.original.kind, "part": one.original.part}


async def _recorded(settings: Settings, fact: dict[str, object]) -> None:
    """In a chain of its own, on disk when this returns."""
    record = replace(settings.record, spool=settings.state / ACCESS, durability=Durability.STRICT)
    spool = recording.opened(replace(settings, record=record), Metrics())
    try:
        await spool.record("sealed_opened", fact)
    finally:
        await spool.close()


def _delivered(settings: Settings) -> None:
    """The access log goes into the database, too; what does not get there now, the next gate brings."""
    shipper = Shipper(settings.state / ACCESS, place(settings.record), Metrics(), settings.record.database)
    shipper.start()
    shipper.close(DELIVERY)
