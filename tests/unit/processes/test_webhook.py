"""The webhook as a process: from nothing in the cluster to answers over TLS, and what it does while it runs."""

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from sidecar.control.admission.certificates import Terms
from sidecar.processes.policy_check import PolicyCheck
from sidecar.processes.webhook import WebhookProcess
from sidecar.settings.values import Log, Metrics
from sidecar.settings.webhook import Certificates, ClusterAccess, Webhook
from tests.certificates import Authority
from tests.k8s.api_server import ApiServer, api_server, applied
from tests.k8s.release import named, pod, release
from tests.polling import until

SETTINGS = "connections: []\npolicies: []\n"
NAME = "gatehouse-webhook.gatehouse.svc"


class Rig:
    def __init__(self, api: ApiServer, access: ClusterAccess, folder: Path) -> None:
        self.api = api
        own = Certificates(True, folder / "tls", "gatehouse-tls", (NAME, "localhost"), "gate", "gate")
        here = ("127.0.0.1", 0)
        self.settings = Webhook(
            "g", "gatehouse", *here, Metrics(*here), Log("info", "json"), own, access, "/inject", "/policies", release()
        )

    @asynccontextmanager
    async def running(self, terms: Terms | None = None) -> AsyncIterator[WebhookProcess]:
        process, stop = WebhookProcess(self.settings, terms, 0.05, PolicyCheck(60)), asyncio.Event()
        task = asyncio.create_task(process.run(stop))
        try:
            await until(lambda: not process._health.missing or task.done(), within=120)
            yield process
        finally:
            stop.set()
            await task

    def known(self) -> str:
        bundle = self.api.bundles("gate")[0]
        assert bundle is not None
        return base64.b64decode(bundle).decode()


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with api_server(tmp_path) as (api, access):
        for name in ("gatehouse-policies", "team-policies", "partner-keys"):
            api.config_map("gatehouse", name, {"x.yaml": "policy: x"})
        api.config_map("gatehouse", "gatehouse-sidecar", {"gatehouse.yaml": SETTINGS})
        api.hooks("gate")
        api.namespace("agents", **{"gatehouse.dev/inject": "true"})
        yield Rig(api, access, tmp_path)


def client(known: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(verify=ssl.create_default_context(cadata=known), trust_env=False, timeout=30)


async def ask(http: httpx.AsyncClient, process: WebhookProcess, made: dict[str, Any], **more: Any) -> dict[str, Any]:
    kind = {"group": "", "version": "v1", "kind": made.get("kind", "Pod")}
    request = {"uid": "u", "kind": kind, "operation": "CREATE", "namespace": "agents", "object": made, **more}
    path = "/policies" if kind["kind"] == "ConfigMap" else "/inject"
    body = json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request})
    answer = await http.post(f"https://localhost:{process.port}{path}", content=body)
    response: dict[str, Any] = answer.json()["response"]
    return response


async def test_a_pod_from_nothing(rig: Rig) -> None:
    async with rig.running() as process, client(rig.known()) as http:
        response = await ask(http, process, pod())
        patched = applied(pod(), json.loads(base64.b64decode(response["patch"])))
        assert named(patched, "gatehouse-data-plane")["restartPolicy"] == "Always"
        assert rig.api.config_map("agents", "gatehouse-authority")["data"] == {"ca.crt": rig.known()}
        left = await ask(http, process, pod(hostNetwork=True))
        assert (left["allowed"], "patch" in left) == (True, False)
        await until(lambda: len(rig.api.events) == 1)
        assert b'gatehouse_admissions_total{hook="inject",outcome="patched"} 1.0' in process._metrics.text()


async def test_a_cluster_before_native_sidecars(rig: Rig) -> None:
    rig.api.version = {"major": "1", "minor": "28"}
    async with rig.running() as process, client(rig.known()) as http:
        response = await ask(http, process, pod())
        patched = applied(pod(), json.loads(base64.b64decode(response["patch"])))
        assert "restartPolicy" not in named(patched, "gatehouse-envoy")


async def test_policies_that_do_not_compile(rig: Rig) -> None:
    made = {"kind": "ConfigMap", "metadata": {"name": "r"}, "data": {"a.yaml": "policy: a\nrules: [{id: x, do: fly}]"}}
    async with rig.running() as process, client(rig.known()) as http:
        response = await ask(http, process, made)
        assert not response["allowed"]
        assert "a.yaml:2:" in response["status"]["message"]


async def test_it_waits_for_a_cluster_that_is_away(rig: Rig) -> None:
    rig.api.failing = 9
    async with rig.running() as process:
        assert process._health.missing == ()


async def test_told_to_stop_while_it_waits(rig: Rig) -> None:
    rig.api.failing = 10_000
    stop = asyncio.Event()
    task = asyncio.create_task(WebhookProcess(rig.settings, every=0.05).run(stop))
    await until(lambda: len(rig.api.asked) > 3)
    stop.set()
    await asyncio.wait_for(task, 10)


async def test_a_certificate_that_ends_while_pods_come(rig: Rig) -> None:
    """It lives for seconds; who always trusts what the cluster was told is always answered."""
    seconds = {"leaf": 8, "leaf_before": 5, "authority": 60, "authority_before": 50, "told_ahead": 1}
    terms = Terms(**{name: timedelta(seconds=value) for name, value in seconds.items()})
    seen: set[str] = set()
    async with rig.running(terms) as process:

        def answered() -> bool:
            context = ssl.create_default_context(cadata=rig.known())
            with httpx.Client(verify=context, trust_env=False) as http:
                url = f"https://localhost:{process.port}/inject"
                assert http.post(url, content=b"{}").status_code == 400
            seen.add(rig.api.objects["/api/v1/namespaces/gatehouse/secrets/gatehouse-tls"]["data"]["tls.crt"])
            return len(seen) >= 3

        await until(answered)


async def test_a_certificate_of_somebody_else_is_watched(rig: Rig, tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    folder.mkdir()

    def put(name: str) -> str:
        authority = Authority(str(tmp_path / name))
        issued = authority.issue("localhost")
        for file, source in (
            ("tls.crt", issued.certificate),
            ("tls.key", issued.key),
            ("ca.crt", authority.certificate),
        ):
            (folder / file).write_text(source.read_text())
        return authority.certificate.read_text()

    rig.settings = replace(rig.settings, certificates=replace(rig.settings.certificates, self_managed=False))
    first = put("first")
    async with rig.running() as process:
        async with client(first) as http:
            assert (await ask(http, process, pod()))["allowed"]
        assert rig.api.bundles("gate") == [None] * 4
        second = put("second")
        await until(lambda: rig.api.config_map("agents", "gatehouse-authority")["data"] == {"ca.crt": second})
        async with client(second) as http:
            assert (await ask(http, process, pod()))["allowed"]


async def test_a_cluster_that_goes_away_later_is_counted_and_pods_go_on(rig: Rig) -> None:
    async with rig.running() as process, client(rig.known()) as http:
        await ask(http, process, pod())
        rig.api.failing = 100_000
        await until(lambda: b"gatehouse_webhook_stale 1.0" in process._metrics.text())
        assert (await ask(http, process, pod()))["patch"]
        rig.api.failing = 0
        await until(lambda: b"gatehouse_webhook_stale 0.0" in process._metrics.text())
