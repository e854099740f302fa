"""A gate's record, who brings it away, and the database, each killed with -9 at random moments, all under traffic.

Strategy: three processes as they run in earnest. The gate spools and ships (wired by `processes.recording`, as the data
plane is), a second shipper stands by for the same spool, and the local ClickHouse takes what they bring. Callers in
the gate say a fact's name aloud only after `record` returned: what they said was promised. A round kills one of
the three, sometimes all, and starts it again; the others stay warm. At the end everything promised must be in the
database once, shaped once, and `gatehouse audit verify` must find nothing.

A run of all tests makes a few rounds. Two hundred take about ten minutes:

    GATEHOUSE_ROUNDS=200 .venv/bin/pytest tests/fault/test_together.py

A failure tells the seed of its moments; `GATEHOUSE_SEED` plays them again (the operating system adds its own).
"""

import json
import os
import random
import secrets
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from sidecar.cli.main import main
from sidecar.record.clickhouse.place import Place, connected
from tests.clickhouse_server import Server, started
from tests.polling import until
from tests.unit.record.clickhouse.chained import stored

ROUNDS = int(os.environ.get("GATEHOUSE_ROUNDS", "6"))
SEED = int(os.environ.get("GATEHOUSE_SEED") or secrets.randbelow(1 << 32))
CONFIG = """
policies: [policy.yaml]
development: {identity: true}
record: {clickhouse: "%s/gatehouse", checkpoints: {every: 1s, events: 50}}
"""
# It ends well when its input does.
GATE = """
import asyncio, hashlib, os, sys
from pathlib import Path
from sidecar.processes import recording
from sidecar.settings.load import load
from sidecar.telemetry.metrics import Metrics
from tests.unit.record.clickhouse.chained import ANSWERED, DECIDED

async def caller(spool, life, name):
    for number in range(1_000_000):
        exchange = f"gx-{life}-{name}-{number}"
        # Every third turn says something new; the rest is said again, in this life and in the next ones.
        text = b"%d: what was said" % (number // 3) * 20
        part = hashlib.sha256(text).hexdigest()
        await spool.record("decided", {"exchange": exchange, **DECIDED, "request": {"part": part}}, {part: text})
        await spool.record("answered", {"exchange": exchange, **ANSWERED})
        os.write(1, f"{exchange}\\n".encode())
        await asyncio.sleep(0.02)

async def main():
    settings, metrics = load(Path(sys.argv[1]), {}), Metrics()
    spool, shipper = recording.opened(settings, metrics), recording.shipping(settings, metrics)
    callers = [asyncio.create_task(caller(spool, sys.argv[2], name)) for name in "abcd"]
    await asyncio.to_thread(sys.stdin.read)
    for one in callers:
        one.cancel()
    await asyncio.wait(callers)
    await spool.close()
    await recording.shipped(shipper)

asyncio.run(main())
"""
STANDBY = """
import sys, threading
from pathlib import Path
from sidecar.processes import recording
from sidecar.settings.load import load
from sidecar.telemetry.metrics import Metrics
recording.shipping(load(Path(sys.argv[1]), {}), Metrics())
threading.Event().wait()
"""


class World:
    """The three, and what was promised so far."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.lives = 0
        self.promised: list[str] = []
        self.database: Server = started(folder / "data")
        self.config = folder / "gatehouse.yaml"
        (folder / "policy.yaml").write_text("policy: p\n")
        self.config.write_text(CONFIG % self.database.url)
        self.gate, self._hears = self._born()
        self.standby = self._stands_by()

    def kill_gate(self) -> None:
        self.gate.kill()
        self._ended()
        self.gate, self._hears = self._born()

    def kill_standby(self) -> None:
        self.standby.kill()
        self.standby.wait(30)
        self.standby = self._stands_by()

    def kill_database(self) -> None:
        self.database.kill()
        self.database = started(self._folder / "data", self.database.port)

    def kill_all(self) -> None:
        """At once, as a power cut would; they come back in the same order."""
        for process in (self.gate, self.standby, self.database.process):
            process.kill()
        self.kill_database()
        self.kill_gate()
        self.kill_standby()

    def close_gate(self) -> None:
        """The last life ends as it should."""
        assert self.gate.stdin
        self.gate.stdin.close()
        self._ended()

    def stop(self) -> None:
        for process in (self.gate, self.standby):
            process.kill()
            process.wait(30)
        self._hears.join(30)
        self.database.stop()

    def _born(self) -> "tuple[subprocess.Popen[bytes], threading.Thread]":
        self.lives += 1
        command = [sys.executable, "-c", GATE, str(self.config), str(self.lives)]
        with (self._folder / "gate.log").open("ab") as log:
            gate = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        hears = threading.Thread(target=self._hear, args=(gate,), daemon=True)
        hears.start()
        return gate, hears

    def _hear(self, gate: "subprocess.Popen[bytes]") -> None:
        assert gate.stdout
        with gate.stdout as said:
            for line in said:
                if line.endswith(b"\n"):
                    self.promised.append(line.decode().strip())

    def _ended(self) -> None:
        self.gate.wait(90)
        self._hears.join(30)
        if self.gate.stdin and not self.gate.stdin.closed:
            self.gate.stdin.close()

    def _stands_by(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen([sys.executable, "-c", STANDBY, str(self.config)], stderr=subprocess.DEVNULL)


@contextmanager
def world(folder: Path) -> Iterator[World]:
    made = World(folder)
    try:
        yield made
    except BaseException as failure:
        failure.add_note(f"GATEHOUSE_SEED={SEED}")
        raise
    finally:
        made.stop()


async def test_whoever_dies_what_was_promised_is_in_the_database_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(SEED)  # noqa: S311  (which moment, not a secret)
    pause = threading.Event()
    with world(tmp_path) as three:
        deaths = (three.kill_gate, three.kill_standby, three.kill_database, three.kill_all)
        for _ in range(ROUNDS):
            pause.wait(chance.random() * 0.9)
            chance.choices(deaths, (5, 3, 3, 1))[0]()
        before = len(three.promised)
        await until(lambda: len(three.promised) > before, within=60)
        three.close_gate()
        client = connected(Place(f"{three.database.url}/gatehouse"))
        await until(lambda: _all_there(client, three.lives, three.promised), within=120)
        _exactly_once(client, three.promised)
        client.close()
        capsys.readouterr()
        assert main(["audit", "verify", "--config", str(three.config), "--json"]) == 0
        verdict = json.loads(capsys.readouterr().out)
        assert (verdict["integrity"], verdict["completeness"]) == (True, True)
        assert verdict["chains"] >= three.lives - _stillborn(three)


def _all_there(client: Client, lives: int, promised: list[str]) -> bool:
    """Also the end of the last life, after which nothing comes any more."""
    if client.query("SELECT count() FROM events WHERE kind = 'chain_closed'").result_rows[0][0] < 1:
        return False
    last = "SELECT count() FROM exchanges WHERE outcome = 'answered'"
    return int(client.query(last).result_rows[0][0]) >= len(promised) and lives > 0


def _exactly_once(client: Client, promised: list[str]) -> None:
    rows = stored(client)
    assert len(rows) == len(set(rows))
    for kind in ("decided", "answered"):
        named = "SELECT JSONExtractString(body, 'fact', 'exchange') FROM events WHERE kind = {kind:String}"
        times = Counter(row[0] for row in client.query(named, {"kind": kind}).result_rows)
        lost = [name for name in promised if name not in times]
        assert not lost, f"{len(lost)} {kind}, such as {lost[:3]}"
        assert set(times.values()) == {1}
    (shaped, exchanges), *_ = client.query("SELECT count(), uniqExact(exchange) FROM exchanges").result_rows
    assert shaped == exchanges


def _stillborn(three: World) -> int:
    """Lives that were killed before they had written their first word."""
    return three.lives - len({name.split("-")[1] for name in three.promised})
