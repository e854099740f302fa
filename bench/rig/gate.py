"""The whole gate as people run it, and beside it the same Envoy without a data plane.

Strategy: the plain Envoy gets our own bootstrap with two things taken out: the `ext_proc` filter, and the condition on
the route. So both verify the token, buffer the body, write an access log and take headers out, and what differs is the
gate alone. Each Envoy has one worker: on two cores that leaves one for the data plane, or for the one who asks.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.rig.process import cpu_seconds, stop
from sidecar.settings.load import load
from sidecar.simulator.identity import prepared_for

PROGRAM = (sys.executable, "-m", "sidecar.cli.main")
READY_WITHIN = 90.0  # seconds; a busy machine takes half a minute
CONFIG = """
listen: {{address: 127.0.0.1, port: {gate}}}
metrics: {{port: {metrics}}}
envoy: {{admin_port: {admin}, access_log: access.log}}
development: {{identity: true}}
connections:
  - {{name: claude, kind: claude, url: "http://127.0.0.1:{upstream}", credential: {{from: {{file: upstream.key}}}}}}
policies: [policy.yaml]
log: {{level: warning}}
"""
# Every detector, everywhere.
POLICY = """
policy: everything
rules:
  - {id: secrets, where: [system, prompt, tool_result, response, thinking, tool_call], detect: [secret/*], do: mask}
  - {id: personal, where: [system, prompt, tool_result, response, tool_call], detect: [pii/*], do: mask, how: token}
"""


@dataclass(slots=True)
class Gate:
    """Two ways to one upstream: `gate` judges, `plain` does not. What they are made of, by process id. The port of the
    upstream stays bound here, whoever answers on it for a while."""

    gate: int
    plain: int
    metrics: int
    upstream: socket.socket
    token: str
    data_plane: int
    gate_envoy: int
    plain_envoy: int
    ready_seconds: float
    ready_cpu_seconds: float


@contextmanager
def started(folder: Path, profile: Path | None = None, more: str = "") -> Iterator[Gate]:
    """Running and ready until the block ends. `profile`: the data plane runs slowly, and this gets its profile.

    `more`: lines of configuration."""
    names = ("gate", "plain", "metrics", "admin", "plain_admin")
    upstream = socket.create_server(("127.0.0.1", 0))
    ports = dict(zip(names, _free_ports(len(names)), strict=True)) | {"upstream": upstream.getsockname()[1]}
    (folder / "upstream.key").write_text(os.urandom(16).hex())
    (folder / "policy.yaml").write_text(POLICY)
    (folder / "gatehouse.yaml").write_text(CONFIG.format(**ports) + more)
    with upstream, ExitStack() as running:
        data_plane, seconds, cpu = _data_plane(folder, ports["metrics"], profile, running)
        bootstrap = json.loads(_said(folder, "envoy", "config", "--json"))
        ours = _envoy(folder, "gate", bootstrap, ports["admin"], running)
        plain = _envoy(folder, "plain", _plain(bootstrap, ports), ports["plain_admin"], running)
        token = prepared_for(load(folder / "gatehouse.yaml")).mint("ada", ["engineering"], 3 * 3600.0)
        yield Gate(
            ports["gate"],
            ports["plain"],
            ports["metrics"],
            upstream,
            token,
            data_plane.pid,
            ours.pid,
            plain.pid,
            seconds,
            cpu,
        )


def _data_plane(
    folder: Path, port: int, profile: Path | None, running: ExitStack
) -> tuple[subprocess.Popen[bytes], float, float]:
    """The process, and what it took to be ready: on the clock, and of its own CPU."""
    began = time.monotonic()
    program = (sys.executable, "-m", "bench.rig.profiled", str(profile)) if profile else PROGRAM
    process = _started(folder, "data-plane", (*program, "serve", "data-plane", "--config", _config(folder)), running)
    _wait(folder, "data-plane", process, f"http://127.0.0.1:{port}/readyz")
    return process, time.monotonic() - began, cpu_seconds(process.pid)


def _envoy(
    folder: Path, name: str, bootstrap: dict[str, object], admin: int, running: ExitStack
) -> subprocess.Popen[bytes]:
    config = folder / f"{name}.json"
    config.write_text(json.dumps(bootstrap))
    program = str(Path(sys.executable).parent / "envoy")
    argv = (program, "-c", str(config), "--disable-hot-restart", "--concurrency", "1", "-l", "warning")
    process = _started(folder, name, argv, running)
    _wait(folder, name, process, f"http://127.0.0.1:{admin}/ready")
    return process


def _plain(bootstrap: dict[str, object], ports: dict[str, int]) -> dict[str, object]:
    """Our bootstrap without the gate: the route to the upstream is open, and nobody is asked."""
    text = json.dumps(bootstrap)
    for of_the_gate, own in (("gate", "plain"), ("admin", "plain_admin")):
        text = text.replace(f'"port_value": {ports[of_the_gate]}}}', f'"port_value": {ports[own]}}}')
    made: dict[str, object] = json.loads(text)
    static = made["static_resources"]
    manager = static["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]  # type: ignore[index]
    manager["http_filters"] = [one for one in manager["http_filters"] if "ext_proc" not in one["name"]]
    host = manager["route_config"]["virtual_hosts"][0]
    route = next(one for one in host["routes"] if one["name"] == "claude")
    host["routes"] = [{**route, "match": {"prefix": "/"}}]
    static["clusters"] = [one for one in static["clusters"] if one["name"] != "data_plane"]  # type: ignore[index]
    return made


def _started(folder: Path, name: str, argv: tuple[str, ...], running: ExitStack) -> subprocess.Popen[bytes]:
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(argv, stdout=log, stderr=log, cwd=folder, env=_environment())
    running.callback(stop, process)
    return process


def _said(folder: Path, *command: str) -> str:
    argv = (*PROGRAM, *command, "--config", _config(folder))
    return subprocess.run(argv, check=True, capture_output=True, text=True, cwd=folder, env=_environment()).stdout


def _config(folder: Path) -> str:
    return str(folder / "gatehouse.yaml")


def _environment() -> dict[str, str]:
    """Ours, with the package found from any folder."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}


def _wait(folder: Path, name: str, process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310  (our own, on loopback)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise RuntimeError(f"{name} is not ready: {(folder / f'{name}.log').read_text()[-2000:]}")


def _free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago."""
    with ExitStack() as stack:
        taken = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in taken]
