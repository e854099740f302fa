"""An injected pod on this machine: the chart renders, the webhook injects, `machine.py` runs what came of it.

Strategy: no control plane, as nobody decides anything here. Beside the pod's own containers stand the model (the
simulator) and a partner who wants tokens of his own (`partner_program.py`), whose endpoint the company's authority
vouches for.
"""

import asyncio
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sidecar.simulator.recording import read_recording
from tests.certificates import Authority
from tests.envoy.rig import AUDIENCE, ISSUER, Tokens
from tests.k8s.machine import Machine, machine
from tests.k8s.rig import ROOT, Object, rendered, values
from tests.k8s.webhook_rig import Started, started
from tests.polling import until
from tests.token_endpoint import CLIENT

Files = dict[str, dict[str, str]]

CLUSTER, ACCOUNT = "https://kubernetes.default.svc.cluster.local", "system:serviceaccount:agents:coder"
UPSTREAM, ENDPOINT, PARTNER = 18080, 18443, 18081
AGENT = {"name": "coder", "image": "registry.example.com/coder:7"}
WORKLOAD = {
    "issuer": CLUSTER,
    "jwks": {"file": "../identity/partner-keys/keys.json"},
    "map": [{"where": {"sub": "system:serviceaccount:agents:*"}, "groups": ["agents"]}],
}
COMPANY = {"name": "company", "issuer": ISSUER, "audiences": [AUDIENCE], "jwks": WORKLOAD["jwks"]}
CONNECTIONS = [
    {
        "name": "claude",
        "kind": "claude",
        "url": f"http://127.0.0.1:{UPSTREAM}",
        "credential": {
            "header": "x-api-key",
            "from": {"secret": {"name": "gatehouse-upstream", "key": "anthropic-api-key"}},
        },
    },
    {
        "name": "orders",
        "kind": "http",
        "url": f"http://127.0.0.1:{PARTNER}",
        "credential": {
            "oauth": {
                "token_url": f"https://127.0.0.1:{ENDPOINT}/token",
                "client_id": CLIENT,
                "client_secret": {"secret": {"name": "gatehouse-upstream", "key": "orders"}},
                "exchange": True,
                "subject_type": "jwt",
            }
        },
    },
]
OPEN = {"policy": "orders", "applies": {"connections": ["orders"]}, "paths": ["GET /orders"]}


def of_chart() -> list[Object]:
    given = values(
        "sidecars",
        connections=CONNECTIONS,
        control={"enabled": False},
        record={"clickhouse": ""},
        identity__configMaps=["partner-keys"],
        authorities={"configMap": "company-ca"},
        injection__serviceAccounts={"issuer": CLUSTER, "jwksUrl": "https://unused.example/keys"},
        injection__spool={"storageClass": ""},
        settings={"identity": {"providers": [COMPANY], "workload": WORKLOAD}},
        policies={"preset": "starter", "inline": {"orders": OPEN}},
    )
    return rendered(given)


def pod() -> Object:
    metadata = {"name": "coder", "namespace": "agents", "labels": {"app": "coder"}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [dict(AGENT)]}}


def minted(tokens: Tokens) -> str:
    """As the cluster makes it for this pod."""
    bound = {"namespace": "agents", "serviceaccount": {"name": "coder"}, "pod": {"name": "coder"}}
    made = {"iss": CLUSTER, "sub": ACCOUNT, "groups": None, "exp": time.time() + 3600, "jti": secrets.token_hex(8)}
    return tokens.mint(**made, **{"kubernetes.io": bound})


class Partner:
    """What came to the token endpoint, and to the service behind it."""

    def __init__(self, on: Machine, folder: Path, authority: Authority, secret: str) -> None:
        self._on, self._folder = on, folder
        shown = authority.issue("127.0.0.1")
        self._endpoint = ["tokens", str(ENDPOINT), self._file("asked"), secret, str(shown.certificate), str(shown.key)]
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def asked(self) -> list[dict[str, str]]:
        return self._lines("asked")

    @property
    def served(self) -> list[dict[str, str]]:
        return self._lines("served")

    def start(self) -> None:
        self._on.spawn("partner", self._program("orders", str(PARTNER), self._file("served")))
        self.back()

    def back(self) -> None:
        self._running = self._on.spawn("endpoint", self._program(*self._endpoint))

    def away(self) -> None:
        """From now on nobody answers where tokens are given."""
        assert self._running is not None
        self._running.kill()
        self._running.wait(10)

    def _program(self, *words: str) -> list[str]:
        named = ["env", f"PYTHONPATH={ROOT}", sys.executable, "-m", "tests.k8s.partner_program"]
        return [*named, *words]

    def _file(self, name: str) -> str:
        return str(self._folder / f"{name}.jsonl")

    def _lines(self, name: str) -> list[dict[str, str]]:
        file = Path(self._file(name))
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


class Run:
    """The pod, its keys, and what came to the model."""

    def __init__(self, on: Machine, tokens: Tokens, folder: Path, key: str, token: str, partner: Partner) -> None:
        self.on, self.tokens, self.key, self.token, self.partner = on, tokens, key, token, partner
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
        """The model, with headers `name=value`."""
        turn = {"model": "claude-sonnet-4-5", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}
        return self._asked("/v1/messages", json.dumps(turn), headers)[0]

    def orders(self, *headers: str) -> tuple[int, str]:
        """The partner's service."""
        return self._asked("/c/orders/orders", "", headers)

    def renew(self, token: str) -> None:
        """The pod's own token, as a kubelet does it: what the link leads to is swapped."""
        volume = self.on.volume("gatehouse-token")
        inner = volume / f"..{secrets.token_hex(4)}"
        inner.mkdir()
        (inner / "token").write_text(token)
        (volume / "..new").symlink_to(inner.name)
        os.rename(volume / "..new", volume / "..data")
        self.token = token

    def _asked(self, path: str, body: str, headers: tuple[str, ...]) -> tuple[int, str]:
        ask = (
            "import sys,urllib.request as r,urllib.error as e\n"
            "plain={'content-type':'application/json','anthropic-version':'2023-06-01'} if sys.argv[2] else {}\n"
            "q=r.Request('http://127.0.0.1:15080'+sys.argv[1],sys.argv[2].encode() or None,"
            "{**plain,**dict(h.split('=',1) for h in sys.argv[3:])})\n"
            "try: a=r.urlopen(q)\nexcept e.HTTPError as x: a=x\n"
            "print(a.status); print(a.read().decode())"
        )
        done = self.on.inside(sys.executable, "-c", ask, path, body, *headers)
        assert done.returncode == 0, done.stderr
        status, _, text = done.stdout.partition("\n")
        return int(status), text


@contextmanager
def running(folder: Path) -> Iterator[Run]:
    keys, company = Tokens(), Authority(str(folder / "company"))
    key, secret, token = secrets.token_hex(16), secrets.token_hex(16), minted(keys)
    upstream = {"anthropic-api-key": key, "orders": secret}
    given = {"gatehouse-upstream": upstream, "gatehouse-keys": {"mask-key": secrets.token_hex(32)}}
    made, found = asyncio.run(_made(folder, keys, company, given, token))
    with machine(made, found, folder) as here:
        model = [sys.executable, "-m", "sidecar.cli.main", "simulate", "--port", str(UPSTREAM), "--quiet"]
        here.spawn("model", [*model, "--api-key", key, "--record", str(folder / "received.jsonl")])
        partner = Partner(here, folder, company, secret)
        partner.start()
        here.containers()
        yield Run(here, keys, folder, key, token, partner)


async def _made(folder: Path, keys: Tokens, company: Authority, given: Files, token: str) -> tuple[Object, Files]:
    """By the webhook, from what the chart renders."""
    async with started(of_chart(), folder) as webhook:
        webhook.api.namespace("agents", **{"gatehouse.dev/inject": "true"})
        beside = {"partner-keys": {"keys.json": keys.jwks}, "company-ca": {"ca.crt": company.certificate.read_text()}}
        for name, data in beside.items():
            webhook.api.config_map("gatehouse", name, data)
        made = await webhook.patched(pod())
        for name, data in beside.items():
            await until(lambda name=name, data=data: webhook.api.config_map("agents", name)["data"] == data)  # type: ignore[misc]
        return made, _files(webhook, made, given, token)


def _files(webhook: Started, made: Object, given: Files, token: str) -> Files:
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
