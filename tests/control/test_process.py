"""The real control plane as a process: killed while calls wait, started again, stopped, refusing what cannot work."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from sidecar.control.desk.tickets import Tickets
from sidecar.control.link.link import Link, Load
from sidecar.control.store.store import Store
from sidecar.core.approval.answer import Outcome
from sidecar.processes import probe
from sidecar.processes.control_secrets import dsn
from sidecar.processes.linking import linked
from sidecar.record.reader import events
from sidecar.settings.load import load
from sidecar.settings.values import Settings
from tests.gates import seen
from tests.people import ANN, Kept, asked
from tests.polling import until
from tests.postgres import Cluster, cluster

PROGRAM = (sys.executable, "-m", "sidecar.cli.main", "serve", "control", "--config")
CONFIG = """
development: {{identity: true}}
state: state
control: {{url: "http://127.0.0.1:{0}", listen: {{port: {0}}}, gates: {{port: {1}}}, database: {2}}}
"""


@pytest.fixture(scope="module")
def postgres() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    database = "null"
    if request.param == "postgresql":
        (tmp_path / "dsn").write_text(request.getfixturevalue("postgres").database())
        database = "{file: dsn}"
    return written(tmp_path, database)


def written(folder: Path, database: str = "null") -> Settings:
    with socket.socket() as one, socket.socket() as two:
        for probed in (one, two):
            probed.bind(("127.0.0.1", 0))
        ports = one.getsockname()[1], two.getsockname()[1]
    (folder / "gatehouse.yaml").write_text(CONFIG.format(*ports, database))
    return load(folder / "gatehouse.yaml", {})


@dataclass
class Running:
    process: asyncio.subprocess.Process

    async def ended(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        async with asyncio.timeout(20):
            return await self.process.wait()


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Running]:
    file = str(settings.file)
    process = await asyncio.create_subprocess_exec(*PROGRAM, file, stderr=asyncio.subprocess.DEVNULL)
    try:
        await until(lambda: probe.yes(f"{settings.control}/readyz") or process.returncode is not None, within=60)
        assert process.returncode is None
        yield Running(process)
    finally:
        if process.returncode is None:
            process.kill()
            await asyncio.wait_for(process.wait(), 30)


async def refused(settings: Settings) -> str:
    """What it says when it does not start."""
    process = await asyncio.create_subprocess_exec(*PROGRAM, str(settings.file), stderr=asyncio.subprocess.PIPE)
    async with asyncio.timeout(60):
        _, said = await process.communicate()
    assert process.returncode == 2
    assert b"Traceback" not in said
    return said.decode()


@asynccontextmanager
async def a_data_plane(settings: Settings) -> AsyncIterator[Link]:
    link = linked(settings, Load, {})
    assert link is not None
    await link.start()
    await until(lambda: link.state.connected)
    yield link
    await link.close()


async def test_killed_while_calls_wait(settings: Settings) -> None:
    """Both calls still wait after the kill; each decision, also one made while nothing ran, arrives exactly once."""
    store: Store | None = None
    async with running(settings) as first:
        store = await Store.open(dsn(settings.control_plane, {}))
        people = Tickets(store, Kept())
        async with a_data_plane(settings) as link:
            calls = [asyncio.create_task(link.approvals.ask(asked(number), 60.0)) for number in (1, 2)]

            async def both() -> bool:
                return await people.pending() == 2

            await seen(both)
            assert await first.ended(signal.SIGKILL) == -signal.SIGKILL
            tickets = {one.asked.id: one.id for one in (await people.list()).tickets}
            await people.decide(tickets["ask_1"], ANN, True)
            async with running(settings) as second:
                assert (await asyncio.wait_for(calls[0], 20)).outcome is Outcome.APPROVED
                assert not calls[1].done()
                await people.decide(tickets["ask_2"], ANN, False, "no")
                answer = await asyncio.wait_for(calls[1], 20)
                assert (answer.outcome, [one.rationale for one in answer.deciders]) == (Outcome.DENIED, ["no"])
                assert len((await people.list()).tickets) == 2
                assert await second.ended(signal.SIGTERM) == 0
    await store.close()


async def test_it_is_small_and_keeps_its_own_record(tmp_path: Path) -> None:
    settings = written(tmp_path)
    async with running(settings) as here:
        lines = Path(f"/proc/{here.process.pid}/status").read_text().splitlines()
        resident = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
        assert resident < 150_000, "KB"
        assert await here.ended(signal.SIGTERM) == 0
    kinds = [event.kind for event in events(settings.control_plane.folder / "spool")]
    assert kinds[0] == "chain_opened"
    assert kinds[-1] in ("chain_closed", "checkpoint")


async def test_a_port_in_use(tmp_path: Path) -> None:
    settings = written(tmp_path)
    with socket.create_server(("127.0.0.1", settings.control_plane.listen.port)):
        assert "control.listen.port: cannot listen on 127.0.0.1" in await refused(settings)
    with socket.create_server(("127.0.0.1", settings.control_plane.gates.port)):
        assert "control.gates: cannot listen on 127.0.0.1" in await refused(settings)


@pytest.mark.parametrize(
    ("note", "dsn", "why"),
    [
        ("no dsn", "mysql://x", "sqlite:///path or postgresql://"),
        ("nobody there", "postgresql://x@127.0.0.1:1/x", "PostgreSQL: "),
    ],
)
async def test_a_database_that_cannot_be(tmp_path: Path, note: str, dsn: str, why: str) -> None:
    (tmp_path / "dsn").write_text(dsn)
    said = await refused(written(tmp_path, "{file: dsn}"))
    assert "control.database: " in said
    assert why in said


async def test_a_database_of_a_newer_version_and_one_without_rights(tmp_path: Path, postgres: Cluster) -> None:
    name = postgres.database().partition("?")[0].rpartition("/")[2]
    (tmp_path / "dsn").write_text(postgres.dsn(name))
    settings = written(tmp_path, "{file: dsn}")
    store = await Store.open(postgres.dsn(name))
    async with store.transaction() as transaction:
        await transaction.do("INSERT INTO gatehouse_steps (name, at) VALUES (?, ?)", "999_future", 1.0)
    await store.close()
    assert "newer version" in await refused(settings)
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE weak_{name} LOGIN".encode())
    (tmp_path / "dsn").write_text(postgres.dsn(name, f"weak_{name}"))
    assert "permission denied" in await refused(settings)
