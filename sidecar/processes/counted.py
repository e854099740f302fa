"""What is counted while exchanges run: a thin layer around the exchange and around the record.

Rule: the numbers come from the facts that are recorded, so that a metric and the record can never tell two stories.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from sidecar.core.errors import RecordingFailed
from sidecar.core.exchange.commands import Command
from sidecar.core.exchange.events import Event, RequestChunk, ResponseChunk
from sidecar.core.exchange.exchange import Exchange
from sidecar.core.exchange.gate import Gate
from sidecar.core.model.block import Block
from sidecar.core.model.caller import Caller
from sidecar.extproc.grpc_stream import Reason, Report
from sidecar.extproc.seat import NO_PARTS, Parts
from sidecar.record.spool import Spool
from sidecar.telemetry.log import EventLog
from sidecar.telemetry.metrics import (
    BYTES,
    EXCHANGES,
    FINDINGS,
    HELD_BACK,
    RECORD_FAILURES,
    SCAN_SECONDS,
    STREAM_FAILURES,
    Metrics,
)

DIRECTIONS: Mapping[type, str] = {RequestChunk: "request", ResponseChunk: "answer"}
REASONS: Mapping[Reason, str] = {
    Reason.GONE: "gone",
    Reason.FAILED: "protocol",
    Reason.GARBLED: "protocol",
    Reason.BUG: "bug",
    Reason.SHUTDOWN: "shutdown",
}
log = EventLog("exchange")


class CountedExchange:
    """An exchange whose work on bodies is timed."""

    def __init__(self, gate: Gate, identifier: str, metrics: Metrics) -> None:
        self._exchange = Exchange(gate, identifier)
        self._metrics = metrics

    @property
    def who(self) -> tuple[Caller, str] | None:
        return self._exchange.who

    def minds(self, block: Block) -> bool:
        return self._exchange.minds(block)

    def receive(self, event: Event) -> Sequence[Command]:
        direction = DIRECTIONS.get(type(event))
        if direction is None:
            return self._exchange.receive(event)
        self._metrics.add(BYTES, len(event.data), direction=direction)  # type: ignore[union-attr]
        began = time.perf_counter()
        commands = self._exchange.receive(event)
        self._metrics.observe(SCAN_SECONDS, time.perf_counter() - began, direction=direction)
        return commands


class CountedRecorder:
    """Counts what goes into the record."""

    def __init__(self, spool: Spool, metrics: Metrics) -> None:
        self._spool = spool
        self._metrics = metrics

    async def record(self, kind: str, fact: Mapping[str, Any], parts: Parts = NO_PARTS) -> None:
        self._count(kind, fact)
        try:
            await self._spool.record(kind, fact, parts)
        except RecordingFailed:
            self._metrics.add(RECORD_FAILURES)
            raise

    def _count(self, kind: str, fact: Mapping[str, Any]) -> None:
        for finding in fact.get("findings", ()):
            action = "shadow" if finding["shadow"] else finding["action"]
            self._metrics.add(FINDINGS, detector=finding["detector"], action=action)
        if kind == "decided" and fact["refused_with"] is not None:
            self._ended(fact["connection"], fact["verdict"], fact["refused_with"])
        elif kind == "not_forwarded" and "status" in fact:  # people did not let it go
            self._ended(fact["connection"], fact["verdict"], fact["status"])
        elif kind == "answered":
            self._ended(fact["connection"], fact["verdict"], fact["status"])
            self._metrics.observe(HELD_BACK, fact["held_characters"])

    def _ended(self, connection: str | None, verdict: str, status: int) -> None:
        self._metrics.add(EXCHANGES, connection=connection or "", verdict=verdict, status=str(status))
        log.debug("ended", connection=connection, verdict=verdict, status=status)


def reported(metrics: Metrics) -> Report:
    """Streams that did not end well are counted and logged; a client that left is no news."""

    def report(reason: Reason, where: str) -> None:
        metrics.add(STREAM_FAILURES, reason=REASONS[reason])
        say = log.info if reason in (Reason.GONE, Reason.SHUTDOWN) else log.error
        say("a stream ended early", reason=reason.value, where=where)

    return report
