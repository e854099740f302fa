"""Everything on one machine, for real: it starts, heals, finishes open calls on the way down, and leaves nothing."""

import asyncio
import json
import os
import signal
import socket
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from sidecar.settings.load import load
from sidecar.settings.values import Settings
from sidecar.simulator.identity import prepared_for
from tests.polling import until

WORDS = ("data-plane", "simulate", "clickhouse", "control", "envoy")
PROGRAM = (sys.executable, "-m", "sidecar.cli.main")
CONFIG = """
listen: {{port: {0}}}
metrics: {{port: {1}}}
envoy: {{admin_port: {2}, drain: 10s}}
development: {{identity: true, simulator: true, simulator_port: {3}}}
record: {{clickhouse: "http://127.0.0.1:{4}/gatehouse"}}
control: {{url: "http://127.0.0.1:{5}", listen: {{port: {5}}}, gates: {{port: {6}}}}}
policies: [p.yaml]
"""


@dataclass(frozen=True, slots=True)
class Running:
    process: asyncio.subprocess.Process
    settings: Settings
    token: str

    def call(self, prompt: str) -> tuple[int, str]:
        """Status, and the text of the answer or the sentence of the error."""
        body = {"model": "claude-sonnet-4-5", "max_tokens": 50, "messages": [{"role": "user", "content": prompt}]}
        headers = {"authorization": f"Bearer {self.token}", "anthropic-version": "2023-06-01"}
        url = f"http://127.0.0.1:{self.settings.listen.port}/v1/messages"
        request = urllib.request.Request(
            url, json.dumps(body).encode(), {**headers, "content-type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)["content"][0]["text"]
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)["error"]["message"]
        except OSError as error:
            return 0, str(error)

    def busy(self) -> bool:
        """A call is on its way, as the data plane says once a second."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.settings.metrics.port}/metrics", timeout=5) as page:
            return b"gatehouse_open_exchanges 1.0" in page.read()


def children_of(process: int) -> dict[str, int]:
    """The process of each child, by a word of its command line."""
    found = {}
    for entry in Path("/proc").iterdir():
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            line = (entry / "cmdline").read_bytes().decode()
        except (OSError, ValueError, IndexError):
            continue
        if parent == process:
            found[next((word for word in WORDS if word in line), line)] = int(entry.name)
    return found


@contextmanager
def spoken(folder: Path) -> Iterator[tuple[Path, Path, TextIO]]:
    """A configuration with free ports, and where what is said goes."""
    (folder / "p.yaml").write_text("policy: p\nrules: [{id: mail, detect: [pii/email], do: mask, how: token}]\n")
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(7)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        ports = [probe.getsockname()[1] for probe in probes]
    file, out = folder / "gatehouse.yaml", folder / "up.log"
    file.write_text(CONFIG.format(*ports))
    with out.open("w") as log:
        yield file, out, log


@asynccontextmanager
async def up(folder: Path) -> AsyncIterator[Running]:
    with spoken(folder) as (file, out, log):
        process = await asyncio.create_subprocess_exec(*PROGRAM, "up", "--config", str(file), stdout=log, stderr=log)
    try:
        await until(lambda: "The gate is up" in out.read_text() or process.returncode is not None, within=90)
        assert process.returncode is None, out.read_text()
        settings = load(file, {})
        yield Running(process, settings, prepared_for(settings).mint("anna"))
    finally:
        if process.returncode is None:
            process.kill()
            await asyncio.wait_for(process.wait(), 30)


async def test_it_works_heals_and_finishes_what_is_open(tmp_path: Path) -> None:
    async with up(tmp_path) as running:
        mail = "bob" + "@" + "example.com"
        status, text = await asyncio.to_thread(running.call, f"[[echo]] write to {mail}")
        assert (status, mail in text) == (200, True)

        before = children_of(running.process.pid)
        assert set(before) == {"data-plane", "control", "simulate", "clickhouse", "envoy"}
        os.kill(before["data-plane"], signal.SIGKILL)
        status, sentence = await asyncio.to_thread(running.call, "while it is away")
        assert status == 500
        assert "gate is not available" in sentence
        await until(lambda: running.call("are you back?")[0] == 200, within=60)
        assert children_of(running.process.pid)["data-plane"] != before["data-plane"]

        pids = children_of(running.process.pid)
        slow = asyncio.create_task(asyncio.to_thread(running.call, "[[slow:5]] [[echo]] take your time"))
        await until(running.busy)
        running.process.send_signal(signal.SIGTERM)
        assert (await slow)[0] == 200
        async with asyncio.timeout(60):
            assert await running.process.wait() == 0
        assert not [pid for pid in pids.values() if Path(f"/proc/{pid}").exists()]


@contextmanager
def answering(url: str) -> Iterator[None]:
    """Something at this address that says it is a ClickHouse."""

    class Ping(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"Ok.\n")

        def log_message(self, format: str, *_: object) -> None:
            pass

    port = urlsplit(url).port or 0
    with ThreadingHTTPServer(("127.0.0.1", port), Ping) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join(60)


async def test_stopped_while_it_starts_it_leaves_nothing(tmp_path: Path) -> None:
    with spoken(tmp_path) as (file, out, log), answering(load(file, {}).record.clickhouse or ""):
        process = await asyncio.create_subprocess_exec(*PROGRAM, "up", "--config", str(file), stdout=log, stderr=log)
        await until((tmp_path / ".gatehouse" / "logs" / "data-plane.log").exists, within=90)
        children = children_of(process.pid)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(60):
            assert await process.wait() == 0
    assert "The gate is up" not in out.read_text()
    assert not [pid for pid in children.values() if Path(f"/proc/{pid}").exists()]
    # It took the database that was there for its own, and started none beside it.
    assert children
    assert "clickhouse" not in children
    assert "A ClickHouse already answers" in out.read_text()
