"""Ten thousand data planes on one control plane: a real process over SQLite and, if it is here, over PostgreSQL.

Strategy: each client has a connection and a stream of its own, says its state every five seconds and hears as often, as
a data plane does. People are an HTTP client of the API: what is visible is what the event stream of the approvals tells
it, a decision begins when it is sent, and a call is released when its data plane hears so. Both sides share a machine:
seconds are those of both, CPU and memory those of the control plane alone.
"""

import asyncio
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx

from bench.hold import asked
from bench.rig import process as used
from bench.rig.fleet import Client, fleet
from bench.rig.measure import Scale, spread
from sidecar.control.link.link import BEAT
from sidecar.core.approval.asked import Asked
from sidecar.core.model.hold import Terms
from sidecar.processes import control_secrets, probe
from sidecar.settings.load import load
from sidecar.settings.values import Settings
from tests.postgres import cluster, installed

CLIENTS, SMALL = 10_000, 40
READY_WITHIN, ALL_WITHIN = 120.0, 300.0  # seconds
CONFIG = """
development: {{identity: true}}
state: state
control:
  {{url: "http://127.0.0.1:{0}", listen: {{port: {0}}}, gates: {{port: {1}}}, database: {2}, pending_per_caller: 10000}}
"""


def measure(scale: Scale) -> Mapping[str, object]:
    found: dict[str, object] = {"clients": scale.pick(CLIENTS, SMALL)}
    with ExitStack() as running:
        found["sqlite"] = asyncio.run(_over("null", scale))
        if installed():
            dsn = running.enter_context(cluster()).database()
            found["postgresql"] = asyncio.run(_over(json.dumps({"file": "dsn"}), scale, dsn))
    return found


async def _over(database: str, scale: Scale, dsn: str = "") -> Mapping[str, object]:
    clients, window = scale.pick(CLIENTS, SMALL), scale.pick(30.0, 0.2)
    with tempfile.TemporaryDirectory(prefix="gatehouse-bench-") as folder:
        settings = _written(Path(folder), database, dsn)
        async with _control(settings) as pid, _people(settings) as people:
            address = f"127.0.0.1:{settings.control_plane.gates.port}"
            key = control_secrets.link_key(settings.control_plane, {})
            alone, before = await _cpu(pid, window), _kb(pid)
            spent = used.cpu_seconds(pid)
            async with fleet(address, key, clients) as (planes, seconds):
                connecting = used.cpu_seconds(pid) - spent
                await asyncio.sleep(scale.pick(BEAT, 0.2))
                beating = await _cpu(pid, window)
                return {
                    "connected_per_second": round(clients / seconds),
                    "connect_cpu_ms": round(1e3 * connecting / clients, 2),
                    "kb_each": round((_kb(pid) - before) / clients, 1),
                    "cores_for_all_beats": round(beating - alone, 3),
                    "beat_both_ways_cpu_us": round(1e6 * (beating - alone) * BEAT / clients),
                    "stop_reaches_all": await _stopped(people, planes),
                    "held": await _held(people, planes, scale.pick(100, 5)),
                    "many_held": await _many(people, planes, pid, scale.pick(2_000, 20)),
                    "links_lost": sum(one.lost for one in planes),
                    "control_plane_mb": round(_kb(pid) / 1024),
                }


async def _stopped(people: httpx.AsyncClient, planes: list[Client]) -> Mapping[str, object]:
    """From the click until a data plane has it."""
    known = max(planes[0].blocks)
    began = time.monotonic()
    answer = await people.post("/v1/blocks", json={"target": "session", "value": f"s-{known}", "reason": "A loop."})
    answer.raise_for_status()
    await _until(lambda: all(max(one.blocks) > known for one in planes))
    after = [1e3 * (one.blocks[max(one.blocks)] - began) for one in planes]
    return {"ms": spread(after), "last_ms": round(max(after), 1)}


async def _held(people: httpx.AsyncClient, planes: list[Client], calls: int) -> Mapping[str, object]:
    """One after the other, each of another data plane."""
    visible, released = [], []
    async with people.stream("GET", "/v1/approvals/events", timeout=None) as events:
        told = _tickets(events)
        for number in range(calls):
            plane, question = planes[number * len(planes) // calls], _question(number)
            began = time.monotonic()
            await plane.ask(question)
            ticket = await anext(told)
            visible.append(1e3 * (time.monotonic() - began))
            began = time.monotonic()
            (await people.post(f"/v1/approvals/{ticket}/decisions", json={"yes": True})).raise_for_status()
            await _until(lambda plane=plane, question=question: question.id in plane.settled)  # type: ignore[misc]
            released.append(1e3 * (plane.settled[question.id] - began))
    return {"visible_after_ms": spread(visible), "released_after_ms": spread(released)}


async def _many(people: httpx.AsyncClient, planes: list[Client], pid: int, calls: int) -> Mapping[str, object]:
    """All at once, each of another data plane, and one stop while they wait."""
    before, spent, began = _kb(pid), used.cpu_seconds(pid), time.monotonic()
    await asyncio.gather(*(planes[n % len(planes)].ask(_question(n)) for n in range(calls)))
    async with asyncio.timeout(ALL_WITHIN):
        while await _pending(people) < calls:  # noqa: ASYNC110  (a number of another process)
            await asyncio.sleep(0.05)
    seconds = time.monotonic() - began
    return {
        "calls": calls,
        "tickets_per_second": round(calls / seconds),
        "cpu_ms_each": round(1e3 * (used.cpu_seconds(pid) - spent) / calls, 2),
        "kb_each": round((_kb(pid) - before) / calls, 1),
        "stop_reaches_all": await _stopped(people, planes),
    }


def _question(number: int) -> Asked:
    """Anybody who reviews may answer it."""
    return replace(asked(number), terms=Terms())


async def _pending(people: httpx.AsyncClient) -> int:
    """Of the control plane's own count, which it takes twice a second."""
    lines = (await people.get("/metrics")).text.splitlines()
    return int(float(next(line.split()[1] for line in lines if line.startswith("gatehouse_pending_tickets "))))


async def _tickets(events: httpx.Response) -> AsyncIterator[str]:
    """Those that were not told of before."""
    known: set[str] = set()
    async for line in events.aiter_lines():
        ticket = json.loads(line.removeprefix("data: ")).get("id") if line.startswith("data: ") else None
        if ticket and ticket not in known:
            known.add(ticket)
            yield ticket


async def _cpu(pid: int, seconds: float) -> float:
    """Cores that it takes."""
    spent, began = used.cpu_seconds(pid), time.monotonic()
    await asyncio.sleep(seconds)
    return (used.cpu_seconds(pid) - spent) / (time.monotonic() - began)


def _kb(pid: int) -> float:
    return used.memory_mb(pid)["resident"] * 1000


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(ALL_WITHIN):
        while not holds():  # noqa: ASYNC110  (what is waited for is many numbers, not an event)
            await asyncio.sleep(0.002)


@asynccontextmanager
async def _control(settings: Settings) -> AsyncIterator[int]:
    command = (sys.executable, "-m", "sidecar.cli.main", "serve", "control", "--config", str(settings.file))
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: ASYNC220
    try:
        async with asyncio.timeout(READY_WITHIN):
            while not await asyncio.to_thread(probe.yes, f"{settings.control}/readyz"):
                if process.poll() is not None:
                    raise RuntimeError(f"the control plane ended with {process.returncode}")
                await asyncio.sleep(0.1)
        yield process.pid
    finally:
        used.stop(process)


@asynccontextmanager
async def _people(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    key = settings.control_plane.owner_key.read_text().strip()
    headers = {"authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=settings.control, headers=headers, timeout=60, trust_env=False) as client:
        yield client


def _written(folder: Path, database: str, dsn: str) -> Settings:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        ports = one.getsockname()[1], two.getsockname()[1]
    (folder / "dsn").write_text(dsn)
    (folder / "gatehouse.yaml").write_text(CONFIG.format(*ports, database))
    return load(folder / "gatehouse.yaml", {})
