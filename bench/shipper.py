"""The shipper into a local ClickHouse: events a second, and memory while the database is away."""

import asyncio
import gc
import socket
import tempfile
import time
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from bench.rig.measure import Scale
from sidecar.core.errors import RecordingFailed
from sidecar.record.clickhouse.batch import SENDING
from sidecar.record.clickhouse.place import Place, connected
from sidecar.record.clickhouse.render import shapes
from sidecar.record.clickhouse.shipper import Shipper
from sidecar.record.clickhouse.tables import prepare
from sidecar.record.keys import Keys
from sidecar.record.reader import SpoolReader
from sidecar.record.spool import Spool
from sidecar.settings.values import Database, Durability
from sidecar.telemetry.metrics import Metrics
from tests.clickhouse_server import Server, clickhouse
from tests.unit.record.clickhouse.chained import ANSWERED, DECIDED

PER_TEXT = 10  # events to one new text


def measure(scale: Scale) -> Mapping[str, object]:
    """`events_alone`: the same without the views that shape them: what the way there costs, and what shaping does."""
    count = 1_000 if scale.small else 200_000
    with tempfile.TemporaryDirectory(prefix="gatehouse-bench-") as name:
        folder = Path(name)
        spooled = asyncio.run(_filled(folder, count))
        away = _away(folder, *((0.1, 0.2) if scale.small else (1.0, 20.0)))
        with clickhouse(folder / "data") as server:
            runs = 1 if scale.small else 3
            shaped = [_shipped(folder, server, f"shaped{n}", views=True) for n in range(runs)]
            alone = [_shipped(folder, server, f"alone{n}", views=False) for n in range(runs)]
    best = {"shaped": max(shaped, key=_speed), "events_alone": max(alone, key=_speed)}
    return {"spooled_per_second": spooled, **away, **best}


def _speed(run: Mapping[str, float]) -> float:
    return run["events_per_second"]


def _shipped(folder: Path, server: Server, database: str, *, views: bool) -> Mapping[str, float]:
    """Everything in the spool, from its beginning."""
    place = Place(f"{server.url}/{database}")
    with connected(place, create=True) as client:
        prepare(client, place, Database())
        for shape in () if views else shapes():
            client.command(f"DROP VIEW {shape.name}")
    reader = SpoolReader(folder / "spool")
    reader.advance(0)
    reader.say(SENDING, 0)
    reader.close()
    shipper = Shipper(folder / "spool", place, Metrics())
    began, cpu, theirs = time.monotonic(), time.process_time(), server.processor_seconds()
    shipper.start()
    if not shipper.close(600.0):
        raise RuntimeError("not everything was delivered")
    seconds, cpu = time.monotonic() - began, time.process_time() - cpu
    theirs = server.processor_seconds() - theirs
    return {
        "events": shipper.shipped,
        "events_per_second": round(shipper.shipped / seconds),
        "cpu_us_per_event": round(cpu / shipper.shipped * 1e6, 1),
        "database_cpu_us_per_event": round(theirs / shipper.shipped * 1e6, 1),
    }


def _away(folder: Path, settle: float, seconds: float) -> Mapping[str, object]:
    """Memory of this process while nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/gatehouse"
    shipper = Shipper(folder / "spool", Place(address), Metrics())
    shipper.start()
    time.sleep(settle)
    before = _resident()
    time.sleep(seconds)
    after = _resident()
    shipper.close(10.0)
    gc.collect()
    return {"away_seconds": seconds, "away_grew_kib": after - before}


def _resident() -> int:
    """KiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("the kernel does not say how much memory this process has")


async def _filled(folder: Path, count: int) -> int:
    keys = Keys(folder / "keys", lambda: "2026-01-01T00:00:00.000000Z")
    spool = Spool(folder / "spool", keys, durability=Durability.RELAXED)
    began = time.monotonic()
    for number in range(count):
        kind, fact = ("decided", DECIDED) if number % 2 == 0 else ("answered", ANSWERED)
        text = b"what was said %d " % (number // PER_TEXT) * 40
        await _recorded(spool, kind, {"exchange": f"gx_{number // 2}", **fact}, text)
        if number % 500 == 0:
            await asyncio.sleep(0)
    await spool.close()
    return round(count / (time.monotonic() - began))


async def _recorded(spool: Spool, kind: str, fact: Mapping[str, object], text: bytes) -> None:
    """Again while its queue is full: no caller waits for an answer here, so that we are faster than the disk."""
    while True:
        try:
            return await spool.record(kind, fact, {sha256(text).hexdigest(): text})
        except RecordingFailed:
            await asyncio.sleep(0.01)
