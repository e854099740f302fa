"""How many events a second a check of the record walks: in memory, and from the spool's file."""

import asyncio
import tempfile
import time
from pathlib import Path

from bench.rig.measure import Scale
from sidecar.core.evidence.verify import Verify
from sidecar.record.check import checked
from sidecar.record.keys import Keys, published
from sidecar.record.sources import SpoolSource
from sidecar.record.spool import Spool
from sidecar.settings.values import Durability

FACT = {"exchange": "ex_0123456789", "caller": {"subject": "ada"}, "path": "/v1/messages", "outline": ["ab" * 20] * 12}


def measure(scale: Scale) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="gatehouse-bench-") as folder:
        return _measured(Path(folder), scale.pick(100_000, 5_000))


def _measured(folder: Path, count: int) -> dict[str, object]:
    asyncio.run(_filled(folder, count))
    source, keys = SpoolSource(folder / "spool"), published(folder / "keys")
    batches = list(source.events())
    began = time.perf_counter()
    verify = Verify(keys, absent=source.absent)
    for batch in batches:
        verify.feed(batch)
    walked = verify.end()
    walk = time.perf_counter() - began
    began = time.perf_counter()
    verdict = checked(SpoolSource(folder / "spool"), keys)
    whole = time.perf_counter() - began
    if not (walked.green and verdict.green):
        raise RuntimeError("an untouched record was accused")
    return {
        "events": verdict.events,
        "walk_events_per_second": round(walked.events / walk),
        "spool_events_per_second": round(verdict.events / whole),
    }


async def _filled(folder: Path, count: int) -> None:
    keys = Keys(folder / "keys", lambda: "2026-01-01T00:00:00.000000Z")
    spool = Spool(folder / "spool", keys, durability=Durability.RELAXED)
    for start in range(0, count, 500):
        for number in range(start, start + 500):
            await spool.record("decided", {**FACT, "number": number})
        await asyncio.sleep(0.02)  # the queue is bounded: the writer has to keep up
    await spool.close()
