"""Memory of the data plane through an hour of calls while no database answers; then it comes back.

Strategy: the whole gate, given an hour's worth of calls (10 a second) as fast as it takes them, with a database in its
configuration that nobody is. After a first tenth, which fills what is bounded (sessions, caches), memory is
sampled every second. Then the local ClickHouse starts at that address, and what arrives there is counted.

Rules: 64 sessions for all calls, each call with a text that was never there before. What is remembered of new texts
(64,000 digests, 4 MiB a session) grows until it is full: with texts that repeat, memory stays where it started.
"""

import asyncio
import re
import socket
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from bench.rig import traffic
from bench.rig.client import Requests, request
from bench.rig.drive import TURNS, run, upstream
from bench.rig.gate import Gate, started
from bench.rig.measure import Scale, middle
from bench.rig.process import memory_mb
from bench.rig.texts import prose
from sidecar.record.clickhouse.place import Place, connected
from tests.clickhouse_server import started as database_started

AN_HOUR = 36_000
SESSIONS = 64
DELIVERED_WITHIN = 900.0
LAG = re.compile(r"^gatehouse_shipper_lag_events ([0-9.e+]+)$", re.MULTILINE)
WORDS = 12  # characters at the beginning of the first question that become another number each time


class Memory(threading.Thread):
    """The private memory of a process, a sample a second."""

    def __init__(self, pid: int, every: float) -> None:
        super().__init__(daemon=True)
        self._pid, self._every = pid, every
        self._over = threading.Event()
        self.samples: list[float] = []

    def run(self) -> None:
        while not self._over.wait(self._every):
            self.samples.append(memory_mb(self._pid)["private"])

    def end(self) -> dict[str, object]:
        """Medians, so that one sample in the middle of a garbage collection is not the figure."""
        self._over.set()
        self.join()
        some = max(1, len(self.samples) // 20)
        half = len(self.samples) // 2
        parts = {"start": self.samples[:some], "middle": self.samples[half : half + some], "end": self.samples[-some:]}
        said: dict[str, object] = {name: middle(values, 1) for name, values in parts.items()}
        return {**said, "highest": max(self.samples), "samples": len(self.samples)}


def measure(scale: Scale) -> Mapping[str, object]:
    calls = scale.pick(AN_HOUR, 200)
    with tempfile.TemporaryDirectory(prefix="gatehouse-bench-") as name, closing(socket.socket()) as nobody:
        folder = Path(name)
        nobody.bind(("127.0.0.1", 0))  # and nobody listens
        port = nobody.getsockname()[1]
        record = f'record: {{clickhouse: "http://127.0.0.1:{port}/gatehouse"}}'
        with started(folder, more=record) as gate:
            figures = asyncio.run(_away(gate, calls, scale.pick(1.0, 0.1)))
            nobody.close()
            return {**figures, "back": _back(gate, folder, port)}


async def _away(gate: Gate, calls: int, every: float) -> dict[str, object]:
    first = calls // 10
    async with upstream(gate):
        warm = await run(gate, True, _asks(gate), 600.0, most=first)
        memory = Memory(gate.data_plane, every)
        memory.start()
        done = await run(gate, True, _asks(gate), 3_600.0, most=calls - first)
    made = len(warm.load.latencies) + len(done.load.latencies)
    return {"calls": made, "calls_per_second": round(done.load.per_second, 1), "private_mb": memory.end()}


def _asks(gate: Gate) -> Requests:
    bodies = [traffic.agent_turn(turn) for turn in range(1, TURNS + 1)]
    at = bodies[0].index(prose(600, seed=-1)[:40].encode())
    if any(body[:at] != bodies[0][:at] for body in bodies):
        raise RuntimeError("the first question does not stand at the same place in every turn")

    def asks(connection: int) -> Iterator[bytes]:
        number = 0
        while True:
            session = f"{connection:04}{number // TURNS % (SESSIONS // 8):012}"
            said = b"%0*d" % (WORDS, time.monotonic_ns() % 10**WORDS)
            body = bodies[number % TURNS]
            yield request(body[:at] + said + body[at + WORDS :], f"turn-{number % TURNS + 1}", gate.token, session)
            number += 1

    return asks


def _back(gate: Gate, folder: Path, port: int) -> Mapping[str, object]:
    """The database starts; how long until it has everything, and whether each is there once."""
    server = database_started(folder / "data", port)
    try:
        began = time.monotonic()
        _delivered(gate)
        seconds = time.monotonic() - began
        place = Place(f"http://127.0.0.1:{port}/gatehouse")
        with closing(connected(place)) as client:
            counted = "SELECT count(), uniqExact(chain, seq), countIf(kind = 'decided'), countIf(kind = 'answered')"
            ((events, different, decided, answered),) = client.query(f"{counted} FROM events").result_rows
        told = {"events": events, "twice": events - different, "decided": decided, "answered": answered}
        return {**told, "seconds": round(seconds, 1), "private_mb": memory_mb(gate.data_plane)["private"]}
    finally:
        server.stop()


def _delivered(gate: Gate) -> None:
    deadline = time.monotonic() + DELIVERED_WITHIN
    while time.monotonic() < deadline:
        with urllib.request.urlopen(f"http://127.0.0.1:{gate.metrics}/metrics", timeout=10) as page:
            lag = LAG.search(page.read().decode())
        if lag and float(lag[1]) == 0:
            return
        time.sleep(0.2)
    raise RuntimeError("the record did not get to the database")
