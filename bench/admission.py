"""Admission: how long a review of a 100 KB pod takes over TLS, and how many a second one webhook answers.

Strategy: the webhook is a process of its own, started by its command in front of a small API server; this one is the
API server that asks, over connections that stay open. First one question after the other, then several at once. With
each the processor time that the webhook used: on a busy machine that says more than the clock.
"""

import asyncio
import base64
import json
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.rig.measure import Scale
from bench.rig.process import cpu_seconds, stop
from sidecar.settings.webhook import ClusterAccess
from tests.gate import free_ports
from tests.k8s.api_server import ApiServer, api_server

QUESTIONS, WARM, SMALL = 2_000, 50, 8
AT_ONCE = 4
SIZE = 100_000
WITHIN = 60.0


@dataclass(frozen=True, slots=True)
class Running:
    url: str
    known: str
    pid: int


def measure(scale: Scale) -> Mapping[str, object]:
    count, body = scale.pick(QUESTIONS, SMALL), review(SIZE)
    with tempfile.TemporaryDirectory(prefix="gatehouse-bench-") as folder, _webhook(Path(folder)) as running:
        asyncio.run(_asked(running, body, scale.pick(WARM, 1), 1))
        alone = asyncio.run(_told(running, body, count, 1))
        together = asyncio.run(_told(running, body, count, AT_ONCE))
    return {"bytes": len(body), "one after the other": alone, f"{AT_ONCE} at once": together}


def review(size: int) -> bytes:
    """A pod as large as they come: many containers with many variables."""
    containers: list[dict[str, Any]] = []
    while len(json.dumps(containers)) < size:
        entries = [{"name": f"VARIABLE_{index}", "value": "a value of some length " * 4} for index in range(40)]
        containers.append({"name": f"agent-{len(containers)}", "image": "registry.example.com/agent:1", "env": entries})
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "a-"}, "spec": {"containers": containers}}
    kind = {"group": "", "version": "v1", "kind": "Pod"}
    request = {"uid": "u", "kind": kind, "operation": "CREATE", "namespace": "agents", "object": pod}
    return json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}).encode()


async def _told(running: Running, body: bytes, count: int, at_once: int) -> Mapping[str, object]:
    used, began = cpu_seconds(running.pid), time.perf_counter()
    took = await _asked(running, body, count, at_once)
    seconds, used = time.perf_counter() - began, cpu_seconds(running.pid) - used
    marks = statistics.quantiles(took, n=100)
    return {
        "per_second": round(count / seconds),
        "p50_ms": round(marks[49] * 1000, 2),
        "p99_ms": round(marks[98] * 1000, 2),
        "webhook_cpu_ms": round(used / count * 1000, 2),
    }


async def _asked(running: Running, body: bytes, count: int, at_once: int) -> list[float]:
    context = ssl.create_default_context(cadata=running.known)
    took: list[float] = []
    async with httpx.AsyncClient(verify=context, trust_env=False, timeout=WITHIN) as http:

        async def ask(times: int) -> None:
            for _ in range(times):
                began = time.perf_counter()
                answer = await http.post(running.url, content=body)
                took.append(time.perf_counter() - began)
                if not answer.json()["response"].get("patch"):
                    raise RuntimeError(answer.text)

        await asyncio.gather(*(ask(count // at_once) for _ in range(at_once)))
    return took


@contextmanager
def _webhook(folder: Path) -> Iterator[Running]:
    with api_server(folder) as (api, access):
        port, metrics = free_ports(2)
        file = folder / "webhook.yaml"
        file.write_text(json.dumps(_settings(api, access, port, metrics)))
        command = [sys.executable, "-m", "sidecar.cli.main", "serve", "webhook", "--config", str(file)]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=dict(os.environ))
        try:
            _until_ready(f"http://127.0.0.1:{metrics}/readyz", process)
            known = base64.b64decode(api.bundles("gate")[0] or "").decode()
            yield Running(f"https://localhost:{port}/inject", known, process.pid)
        finally:
            stop(process)


def _until_ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(url, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the webhook did not start")


def _settings(api: ApiServer, access: ClusterAccess, port: int, metrics: int) -> Mapping[str, object]:
    api.config_map("gatehouse", "gate-sidecar", {"gatehouse.yaml": "policies: []\n"})
    api.config_map("gatehouse", "gate-policies", {"a.yaml": "policy: a\n"})
    api.hooks("gate")
    api.namespace("agents", **{"gatehouse.dev/inject": "true"})
    own = {"self_managed": True, "secret": "tls", "names": ["localhost"], "mutating": "gate", "validating": "gate"}
    injection = {
        "connection": "claude",
        "connections": ["claude"],
        "image": "registry.example.com/gatehouse:1",
        "authority": {"configMap": "gate-authority"},
        "label": {"value": "gatehouse.gate"},
        "settings": {"configMap": "gate-sidecar"},
        "policies": [{"configMap": "gate-policies", "folder": "inline"}],
    }
    return {
        "release": "gate",
        "namespace": "gatehouse",
        "service_account": "gate-webhook",
        "listen": {"address": "127.0.0.1", "port": port},
        "metrics": {"address": "127.0.0.1", "port": metrics},
        "certificates": own,
        "cluster": {"url": access.url, "token_file": str(access.token_file), "ca": str(access.ca)},
        "injection": injection,
    }
