"""The spool: events a second in relaxed, what one commit costs a call in strict, CPU for each event, memory.

Strategy: facts as a data plane records them (about 1 KB, now and then a new part of 4 KB), without a data plane. A
plain write and sync of as many bytes stands beside the commit: what the disk alone takes.
"""

import asyncio
import gc
import os
import tempfile
import time
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from bench.rig.measure import Scale, spread
from bench.rig.process import memory_mb
from sidecar.record.keys import Keys
from sidecar.record.reader import SpoolReader
from sidecar.record.spool import Spool
from sidecar.settings.values import Durability

FINDING = {
    "rule": "secrets",
    "detector": "secret/aws-access-key",
    "place": "tool_result",
    "path": "messages[12].content[0].text",
    "action": "mask",
    "how": "token",
    "placeholder": "[AWS_KEY_K7Q2M9XA]",
    "shadow": False,
}


def fact(number: int) -> dict[str, object]:
    return {
        "exchange": f"gx_{number:020d}",
        "at": 1_760_000_000.0 + number,
        "caller": {"subject": "ada@example.com", "provider": "company", "groups": ["engineering", "sre"]},
        "session": "5d0c7a52-7c8e-4a0f-9a35-0d1b5f2f7f11",
        "connection": "claude",
        "endpoint": "messages",
        "method": "POST",
        "path": "/v1/messages",
        "model": "claude-sonnet-4-5",
        "policy": "b" * 64,
        "verdict": "mask",
        "rule": "secrets",
        "findings": [FINDING] * 3,
        "scanned": {"extent": "whole", "why": []},
        "bytes_in": 42_000 + number,
    }


def part(number: int) -> dict[str, bytes]:
    if number % 20:
        return {}
    data = b"%d: what a person might have written into a file\n" % number * 80
    return {sha256(data).hexdigest(): data}


def run() -> Mapping[str, object]:
    return measure(Scale())


def measure(scale: Scale) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="gatehouse-bench-") as name:
        folder = Path(name)
        return {
            "relaxed": asyncio.run(_relaxed(folder / "relaxed", scale.pick(40_000, 400))),
            "strict_one_caller": asyncio.run(_one_after_the_other(folder / "one", scale.pick(300, 20))),
            "strict_100_callers": asyncio.run(_together(folder / "many", scale.pick(20_000, 200))),
            "memory": asyncio.run(_memory(folder / "memory", scale.pick(30_000, 300))),
        }


def _opened(folder: Path, durability: Durability) -> Spool:
    return Spool(folder, Keys(folder / "keys", lambda: "2026-01-01T00:00:00.000000Z"), durability=durability)


async def _relaxed(folder: Path, count: int) -> dict[str, object]:
    """Until everything is in the file and the file is closed."""
    spool = _opened(folder, Durability.RELAXED)
    facts = [(fact(number), part(number)) for number in range(count)]
    gc.freeze()  # a data plane does not hold 40,000 facts that the collector walks through again and again
    began, cpu = time.perf_counter(), time.process_time()
    for one, parts in facts:
        await spool.record("decided", one, parts)
        if spool.waiting > 5_000:
            await asyncio.to_thread(_caught_up, spool)
    await spool.close()
    seconds, worked = time.perf_counter() - began, time.process_time() - cpu
    return {
        "events": count,
        "events_a_second": round(count / seconds),
        "cpu_us_an_event": round(worked / count * 1e6, 1),
        "bytes_an_event": round(spool.fill.used / count),
    }


async def _one_after_the_other(folder: Path, count: int) -> dict[str, object]:
    """What a commit adds to a call on an idle gate, in turns with what the disk alone takes."""
    spool = _opened(folder, Durability.STRICT)
    commits, syncs, cpu = [], [], 0.0
    data, file = os.urandom(6_000), os.open(folder / "plain", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in range(count):
        began, worked = time.perf_counter(), time.process_time()
        await spool.record("decided", fact(number), part(number))
        commits.append((time.perf_counter() - began) * 1e3)
        cpu += time.process_time() - worked
        began = time.perf_counter()
        os.write(file, data)
        os.fdatasync(file)
        syncs.append((time.perf_counter() - began) * 1e3)
    os.close(file)
    await spool.close()
    return {
        "commit_ms": spread(commits, 2),
        "plain_sync_ms": spread(syncs, 2),
        "cpu_us_an_event": round(cpu / count * 1e6, 1),
    }


async def _together(folder: Path, count: int) -> dict[str, object]:
    spool = _opened(folder, Durability.STRICT)
    took: list[float] = []

    async def caller(numbers: range) -> None:
        for number in numbers:
            began = time.perf_counter()
            await spool.record("decided", fact(number), part(number))
            took.append((time.perf_counter() - began) * 1e3)

    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(caller(range(first, count, 100)) for first in range(100)))
    seconds, worked = time.perf_counter() - began, time.process_time() - cpu
    await spool.close()
    return {
        "events_a_second": round(count / seconds),
        "waited_ms": spread(took, 2),
        "cpu_us_an_event": round(worked / count * 1e6, 1),
    }


async def _memory(folder: Path, count: int) -> dict[str, object]:
    """With nobody who takes them, and then as many again that are delivered and freed."""
    spool, reader = _opened(folder, Durability.RELAXED), SpoolReader(folder)
    figures: dict[str, object] = {"before_mb": memory_mb(os.getpid())}
    for name, deliver in (("nobody_delivers_mb", False), ("as_many_again_mb", False), ("delivered_mb", True)):
        for number in range(count):
            await spool.record("decided", fact(number), part(number))
            if number % 500 == 499:
                await asyncio.to_thread(_caught_up, spool)
                if deliver:
                    reader.advance(reader.after(reader.cursor(), 1_500)[-1][0])
        figures[name] = memory_mb(os.getpid())
    figures["spool_mb"] = round(spool.fill.used / 1e6, 1)
    reader.close()
    await spool.close()
    return figures


def _caught_up(spool: Spool) -> None:
    while spool.waiting:
        time.sleep(0.001)
