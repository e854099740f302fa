"""Shipper and database killed at random moments: every event is in ClickHouse exactly once in the end.

`GATEHOUSE_ROUNDS` sets how many kills there are.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

from sidecar.record.clickhouse.place import Place, connected
from tests.clickhouse_server import started
from tests.polling import until
from tests.unit.record.clickhouse.chained import ANSWERED, DECIDED, stored
from tests.unit.record.spooling import opened, part

ROUNDS = int(os.environ.get("GATEHOUSE_ROUNDS", "6"))
EVENTS = 60  # in each round
CHILD = """
import sys, threading
from pathlib import Path
from sidecar.record.clickhouse.place import Place
from sidecar.record.clickhouse.shipper import Shipper
from sidecar.telemetry.metrics import Metrics
Shipper(Path(sys.argv[1]), Place(sys.argv[2]), Metrics(), age=0.01).start()
threading.Event().wait()
"""


def ships(spool: Path, place: Place) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", CHILD, str(spool), place.address], stderr=subprocess.DEVNULL)


async def traffic(folder: Path, number: int) -> list[tuple[str, int]]:
    """One life of a gate; what it spooled."""
    spool = opened(folder)
    for step in range(EVENTS):
        kind, fact = ("decided", DECIDED) if step % 2 == 0 else ("answered", ANSWERED)
        text = b"round %d, text %d" % (number, step // 3)
        await spool.record(kind, {"exchange": f"gx_{number}_{step // 2}", **fact}, part(text))
    await spool.close()
    # What was delivered is freed meanwhile, so the file does not say it: the first event, these, and the end.
    return [(spool.chain, seq) for seq in range(1, EVENTS + 3)]


async def test_every_event_is_there_once_however_often_who_brings_or_takes_it_dies(tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311  (which moment, not a secret)
    server = started(tmp_path / "data")
    place = Place(f"{server.url}/gatehouse")
    sender = ships(tmp_path / "spool", place)
    expected: set[tuple[str, int]] = set()
    try:
        for number in range(ROUNDS):
            expected |= set(await traffic(tmp_path, number))
            await asyncio.sleep(chance.random() * 2)
            if number % 3 == 2:
                server.kill()
                server = started(tmp_path / "data", server.port)
            else:
                sender.send_signal(signal.SIGKILL)
                sender.wait(30)
                sender = ships(tmp_path / "spool", place)
        client = connected(place, create=True)
        await until(lambda: _tables(place) and expected <= set(stored(client)), within=90)
        # An insert shows in the table before it shows in what its views made of it.
        whole = ROUNDS * EVENTS // 2
        question = "SELECT count(), countIf(outcome = 'answered') FROM exchanges"
        await until(lambda: client.query(question).result_rows == [(whole, whole)])
        rows = stored(client)
        assert len(rows) == len(set(rows))
        assert client.query("SELECT uniqExact(digest) FROM parts").result_rows == [(ROUNDS * EVENTS // 3,)]
        client.close()
    finally:
        sender.kill()
        sender.wait(30)
        server.stop()


def _tables(place: Place) -> bool:
    client = connected(place)
    try:
        return bool(client.query("EXISTS TABLE events").result_rows[0][0])
    finally:
        client.close()
