"""The record of a data plane: the spool as it is configured, and what the gate says of itself."""

import asyncio
import platform
import time
from importlib.metadata import version
from pathlib import Path

from sidecar.core.errors import ConfigurationError
from sidecar.core.evidence.checkpoint import Keeping
from sidecar.core.exchange.mcp.wish import Wish
from sidecar.core.exchange.rules import Rules
from sidecar.extproc.notes import Notes
from sidecar.extproc.seat import Recorder
from sidecar.processes import anchoring
from sidecar.processes.proof import ACCESS
from sidecar.record.clickhouse.place import place
from sidecar.record.clickhouse.shipper import Shipper
from sidecar.record.keys import Keys
from sidecar.record.moment import written_at
from sidecar.record.spool import Spool
from sidecar.rulebook.bundle.bundle import Bundle
from sidecar.rulebook.rulebook import Status
from sidecar.settings.values import Settings
from sidecar.telemetry.metrics import (
    ANCHOR_LAG,
    ANCHORS_FAILING,
    DATABASE,
    RECORD_SECONDS,
    SPOOL_ALARM,
    SPOOL_BYTES,
    SPOOL_LIMIT,
    Metrics,
)

LAST_DELIVERY = 5.0  # seconds; Kubernetes gives a pod 30, and open exchanges had theirs before


def opened(settings: Settings, metrics: Metrics) -> Spool:
    """The spool, with a new chain begun in it."""
    record = settings.record
    return Spool(
        record.spool,
        signing_keys(settings.state),
        gate=platform.node(),
        version=version("gatehouse"),
        durability=record.durability,
        limit_bytes=record.limit,
        delivered=record.clickhouse is not None,
        checkpoint_seconds=record.checkpoints.seconds,
        checkpoint_events=record.checkpoints.events,
        anchors=anchoring.anchors(settings),
        keeping=Keeping(record.database.retention.evidence, record.database.retention.texts),
        observe=lambda seconds: metrics.observe(RECORD_SECONDS, seconds),
    )


def signing_keys(state: Path) -> Keys:
    return Keys(state / "keys", lambda: written_at(time.time()))


def shipping(settings: Settings, metrics: Metrics) -> tuple[Shipper, ...]:
    """Who brings the record into the database, if one is configured; they run already.

    The access log of sealed originals is a spool of its own: whoever wrote it may have had no database at hand.
    """
    record = settings.record
    if record.clickhouse is None:
        return ()
    where, access = place(record), settings.state / ACCESS
    # One gauge says how far behind the record is; the few events of the other would only blur it.
    shippers = Shipper(record.spool, where, metrics, record.database), Shipper(access, where, Metrics())
    for shipper in shippers:
        shipper.start()
    return shippers


async def shipped(shippers: tuple[Shipper, ...]) -> None:
    """A bounded time for what is left: the spool keeps it, and the next life goes on from there."""
    await asyncio.gather(*(asyncio.to_thread(shipper.close, LAST_DELIVERY) for shipper in shippers))


def gauged(spool: Spool, metrics: Metrics) -> None:
    """How the record is, for whoever watches the gate."""
    metrics.set(SPOOL_BYTES, spool.fill.used)
    metrics.set(SPOOL_LIMIT, spool.fill.limit)
    metrics.set(DATABASE, spool.fill.delivered)
    metrics.set(SPOOL_ALARM, round(spool.fill.alarm * 100))
    metrics.set(ANCHORS_FAILING, len(spool.anchors.failing))
    metrics.set(ANCHOR_LAG, max(spool.anchors.behind.values(), default=0))


class Diary:
    """What the gate says of itself. Nothing waits for it; what cannot be recorded is in the log."""

    def __init__(self, recorder: Recorder) -> None:
        self._notes = Notes(recorder)
        self._refused: ConfigurationError | None = None
        self._digest: str | None = None
        self._bundle: Bundle | None = None

    def policies(self, status: Status, rules: Rules) -> None:
        """New rules are in force, or newer ones were refused: each is told once."""
        if status.error is not None and status.error is not self._refused:
            mistakes = [str(mistake) for mistake in status.error.mistakes]
            self._notes.add("policy_refused", {"digest": status.digest, "mistakes": mistakes})
        if (status.digest, status.bundle) != (self._digest, self._bundle):
            names = sorted({policy.name for book in rules.books for policy in book.policies})
            said = {"digest": status.digest, "before": self._digest, "policies": names}
            self._notes.add("policy_loaded", said | _bundled(status.bundle))
        self._refused, self._digest, self._bundle = status.error, status.digest, status.bundle

    def credential_changed(self, connection: str) -> None:
        """Another credential stands in a connection's file; which one is nobody's business."""
        self._notes.add("credential_changed", {"connection": connection})

    def pins(self, wish: Wish, tools: int) -> None:
        """A person at this machine said what is to become of what MCP servers showed."""
        fact = {"act": wish.act.value, "connection": wish.connection, "subject": wish.caller, "tool": wish.tool}
        self._notes.add("pins_revised", {**fact, "tools": tools})

    async def settle(self) -> None:
        await self._notes.settle()


def _bundled(bundle: Bundle | None) -> dict[str, object]:
    """Who signed which version of what, where policies came so."""
    if bundle is None:
        return {}
    manifest = bundle.manifest
    said = {"name": manifest.name, "version": manifest.version, "digest": bundle.digest, "key": bundle.key}
    return {"bundle": said}
