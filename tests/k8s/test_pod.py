"""The rendered sidecar, run on this machine: exact containers, commands, settings and environment, and the real Claude
Agent SDK through them, identified by its pod's own token."""

import asyncio
import json
import secrets
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sidecar.simulator.recording import read_recording
from tests.certificates import Authority
from tests.envoy.rig import AUDIENCE, ISSUER, Tokens
from tests.k8s.machine import Machine, machine
from tests.k8s.rig import ROOT, Object, rendered, values
from tests.k8s.webhook_rig import Started, started
from tests.polling import until

Files = dict[str, dict[str, str]]

CLUSTER, ACCOUNT = "https://kubernetes.default.svc.cluster.local", "system:serviceaccount:agents:coder"
UPSTREAM = 18080
PORT = f"http://127.0.0.1:{UPSTREAM}"
AGENT = {"name": "coder", "image": "registry.example.com/coder:7"}
WORKLOAD = {
    "issuer": CLUSTER,
    "jwks": {"file": "../identity/partner-keys/keys.json"},
    "map": [{"where": {"sub": "system:serviceaccount:agents:*"}, "groups": ["agents"]}],
}
COMPANY = {"name": "company", "issuer": ISSUER, "audiences": [AUDIENCE], "jwks": WORKLOAD["jwks"]}


def of_chart() -> list[Object]:
    """Injection without a control plane: what a pod needs when nobody decides anything."""
    connection = {"name": "claude", "kind": "claude", "url": PORT}
    credential = {"header": "x-api-key", "from": {"secret": {"name": "gatehouse-upstream", "key": "anthropic-api-key"}}}
    given = values(
        "sidecars",
        connections=[{**connection, "credential": credential}],
        control={"enabled": False},
        record={"clickhouse": ""},
        identity__configMaps=["partner-keys"],
        authorities={"configMap": "company-ca"},
        injection__serviceAccounts={"issuer": CLUSTER, "jwksUrl": "https://unused.example/keys"},
        injection__spool={"storageClass": ""},
        settings={"identity": {"providers": [COMPANY], "workload": WORKLOAD}},
        policies={"preset": "starter"},
    )
    return rendered(given)


def pod() -> Object:
    metadata = {"name": "coder", "namespace": "agents", "labels": {"app": "coder"}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [dict(AGENT)]}}


class Run:
    """The pod, its keys, and what came to the model."""

    def __init__(self, on: Machine, tokens: Tokens, folder: Path, key: str, token: str) -> None:
        self.on, self.tokens, self.key, self.token = on, tokens, key, token
        self._record, self._folder = folder / "received.jsonl", folder

    @property
    def everything(self) -> bytes:
        return b"\n".join(one.everything() for one in read_recording(self._record))

    @property
    def spool(self) -> bytes:
        files = self.on.volume("gatehouse-state").rglob("*")
        return b"".join(file.read_bytes() for file in files if file.is_file())

    def agent(self, prompt: str) -> dict[str, Any]:
        """The agent's container: its environment and nothing else of this machine's."""
        home = self._folder / "home"
        home.mkdir(exist_ok=True)
        listed = {one["name"]: one["value"] for one in self.on.spec["containers"][0]["env"]}
        words = {"PATH": "/usr/bin:/bin", "HOME": str(home), **listed}
        program = [sys.executable, str(ROOT / "tests" / "k8s" / "agent_program.py"), prompt]
        made = self.on.inside("env", "-i", *(f"{name}={value}" for name, value in words.items()), *program)
        assert made.returncode == 0, made.stderr
        found: dict[str, Any] = json.loads(made.stdout.splitlines()[-1])
        return found

    def call(self, *headers: str) -> int:
        ask = (
            "import json,sys,urllib.request as r,urllib.error as e\n"
            "q=r.Request('http://127.0.0.1:15080/v1/messages',json.dumps({'model':'claude-sonnet-4-5','max_tokens':5,'messages':"
            "[{'role':'user','content':'hi'}]}).encode(),{'content-type':'application/json','anthropic-version':'2023-06-01',"
            "**dict(h.split('=',1) for h in sys.argv[1:])})\n"
            "try: print(r.urlopen(q).status)\nexcept e.HTTPError as x: print(x.code)"
        )
        return int(self.on.inside(sys.executable, "-c", ask, *headers).stdout)


@pytest.fixture(scope="module")
def keys() -> Tokens:
    return Tokens()


def minted(tokens: Tokens) -> str:
    bound = {"namespace": "agents", "serviceaccount": {"name": "coder"}, "pod": {"name": "coder"}}
    return tokens.mint(iss=CLUSTER, sub=ACCOUNT, groups=None, exp=time.time() + 3600, **{"kubernetes.io": bound})


def files(webhook: Started, made: Object, given: Files, token: str) -> Files:
    """What the kubelet writes: ConfigMaps of the pod's namespace, Secrets, the projected token."""
    found: Files = {}
    for volume in made["spec"]["volumes"]:
        if source := volume.get("configMap"):
            data = webhook.api.config_map("agents", source["name"])["data"]
            items = source.get("items") or [{"key": key, "path": key} for key in data]
            found[volume["name"]] = {item["path"]: data[item["key"]] for item in items}
        elif source := volume.get("secret"):
            data = given[source["secretName"]]
            found[volume["name"]] = {item["path"]: data[item["key"]] for item in source["items"]}
        elif "projected" in volume:
            found[volume["name"]] = {"token": token}
    return found


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, keys: Tokens) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("pod")
    key, token = secrets.token_hex(16), minted(keys)
    given = {"gatehouse-upstream": {"anthropic-api-key": key}, "gatehouse-keys": {"mask-key": secrets.token_hex(32)}}
    made, found = asyncio.run(_made(folder, keys, given, token))
    with machine(made, found, folder) as pod_here:
        upstream = [sys.executable, "-m", "sidecar.cli.main", "simulate", "--port", str(UPSTREAM), "--quiet"]
        pod_here.spawn("model", [*upstream, "--api-key", key, "--record", str(folder / "received.jsonl")])
        pod_here.containers()
        yield Run(pod_here, keys, folder, key, token)


async def _made(folder: Path, keys: Tokens, given: Files, token: str) -> tuple[Object, Files]:
    """By the webhook, from what the chart renders."""
    async with started(of_chart(), folder) as webhook:
        webhook.api.namespace("agents", **{"gatehouse.dev/inject": "true"})
        webhook.api.config_map("gatehouse", "partner-keys", {"keys.json": keys.jwks})
        company = Path(Authority(str(folder / "company")).certificate).read_text()
        webhook.api.config_map("gatehouse", "company-ca", {"ca.crt": company})
        made = await _settled(webhook)
        return made, files(webhook, made, given, token)


async def _settled(webhook: Started) -> Object:
    """The pod, when the keys that were put beside the release have come to its namespace."""
    made = await webhook.patched(pod())
    await until(lambda: "keys.json" in webhook.api.config_map("agents", "partner-keys")["data"])
    await until(lambda: "ca.crt" in webhook.api.config_map("agents", "company-ca")["data"])
    return made


def test_an_unmodified_agent_goes_through_its_pods_gate(run: Run) -> None:
    said = run.agent("[[echo]] write to ada.lovelace@example.com")
    assert not said["failed"], (said, run.on.log("gatehouse-data-plane")[-2000:], run.on.log("gatehouse-envoy")[-2000:])
    assert "ada.lovelace@example.com" in " ".join(said["texts"])
    assert b"ada.lovelace@example.com" not in run.everything
    assert run.key.encode() in run.everything


def test_the_model_sees_neither_the_pods_token_nor_what_stands_in_for_one(run: Run) -> None:
    assert run.call("authorization=Bearer gatehouse") == 200
    assert run.token.encode() not in run.everything
    assert b"Bearer gatehouse" not in run.everything


def test_the_models_key_is_nowhere_in_the_agents_container(run: Run) -> None:
    container = json.dumps(run.on.spec["containers"])
    assert run.key not in container
    assert "secret" not in container.lower()


def test_envoys_admin_page_is_not_the_agents(run: Run) -> None:
    """On the pod's network nothing of the gate listens but the gate and its metrics."""
    ports = {
        int(line.split()[1].rpartition(":")[2], 16)
        for line in run.on.inside("grep", "-h", " 0A ", "/proc/net/tcp", "/proc/net/tcp6").stdout.splitlines()
    }
    assert ports == {15080, 15095, UPSTREAM}
    ask = (
        "import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); "
        "s.sendall(b'GET /ready HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n'); print(s.recv(99))"
    )
    socket = run.on.volume("gatehouse-run") / "admin.sock"
    assert "200 OK" in run.on.inside(sys.executable, "-c", ask, str(socket)).stdout


def test_authorities_of_the_company_are_known_to_the_pods_gate(run: Run) -> None:
    known = (run.on.volume("gatehouse-run") / "authorities.pem").read_text()
    assert (run.on.volume("gatehouse-authorities") / "ca.crt").read_text() in known
    assert (run.on.volume("gatehouse-authority") / "ca.crt").read_text() in known


def test_a_person_behind_the_agent_comes_in_by_a_token_of_their_own(run: Run) -> None:
    assert run.call(f"authorization=Bearer {run.tokens.mint(sub='ada-of-the-company')}") == 200
    assert b"ada-of-the-company" in run.spool


def test_the_facts_name_the_service_account(run: Run) -> None:
    assert run.call() == 200
    assert ACCOUNT.encode() in run.spool
    assert run.key.encode() not in run.spool


@pytest.mark.parametrize(
    ("note", "headers", "status"),
    [
        ("nothing", (), 200),
        ("the key that stands in", ("x-api-key=gatehouse",), 200),
        ("a key of its own", ("x-api-key=other",), 401),
        ("a forged token", ("authorization=Bearer forged",), 401),
    ],
)
def test_who_may_come_in(note: str, headers: tuple[str, ...], status: int, run: Run) -> None:
    assert run.call(*headers) == status, note


def test_probes_hold_and_a_gate_without_its_data_plane_passes_nothing(run: Run) -> None:
    for one in run.on.spec["initContainers"][1:]:
        assert run.on.holds(one["livenessProbe"]), one["name"]
    before = run.everything
    name, process = next(pair for pair in run.on._running if pair[0] == "gatehouse-data-plane")
    process.terminate()
    process.wait(30)
    assert run.call() >= 500
    assert run.everything == before, name
