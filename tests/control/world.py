"""Everything together as processes: `gatehouse up` (Envoy, data plane, control plane), a provider and a model
beside it, and people who log in and use the commands.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx

from sidecar.simulator.provider import Options as ProviderOptions
from sidecar.simulator.provider import User
from sidecar.simulator.provider_serve import provide
from sidecar.simulator.serve import Options, Running, start
from tests.control.calls import LONG, MODEL, Asking, Stream, eventually
from tests.limited import limited, stopped
from tests.unit.control.tokens.assertions import ISSUER, RECIPIENT, Provider

PROGRAM = (sys.executable, "-m", "sidecar.cli.main")
READY_WITHIN = 90  # seconds; a busy machine takes half a minute
# What was promised: so long after the command that stops, nothing goes on.
AT_ONCE = 2.0
CONFIG = """
listen: {{address: 127.0.0.1, port: {0}}}
metrics: {{port: {1}}}
envoy: {{admin_port: {2}, drain: 1s}}
state: state
control:
  url: "http://127.0.0.1:{3}"
  listen: {{port: {3}}}
  gates: {{port: {4}}}
  roles: {{viewer: [engineering], reviewer: [reviewers], admin: [admins]}}
  sign_in: {{provider: company, client_id: console, groups_again: 1s}}
  notifications: {told}
identity:
  exchange:
    from:
      - {{name: company, kind: oidc, issuer: "{issuer}", audiences: [cli], login: {{client_id: cli}}}}
      - {{name: adfs, kind: saml, issuer: "{saml}", audiences: [gatehouse], subject: NameID, groups: [groups],
          certificates: [adfs.pem], recipient: "{recipient}"}}
connections:
  - {{name: claude, kind: claude, url: "{model}", credential: {{header: x-api-key, from: {{file: upstream.key}}}}}}
  - {{name: spare, kind: claude, url: "{model}", credential: {{header: x-api-key, from: {{file: upstream.key}}}}}}
policies: [policy.yaml]
"""
POLICY = """
policy: agents
applies: {}
rules:
  - {id: deploys, match: {regex: 'deploy to (prod|live)'}, do: hold, approvers: [reviewers], say: People look first.}
  - {id: money, match: {regex: 'move the money'}, do: hold, approvers: [reviewers], approvals: 3}
"""


@dataclass
class Laptop:
    """Somebody's machine: where they are logged in, and where their agent runs."""

    name: str
    home: Path
    control: str
    gate: str

    def run(self, *words: str, ok: bool = True) -> str:
        """What a command prints; with `ok` false, what it complains about."""
        done = subprocess.run(
            (*PROGRAM, *words), env={"HOME": str(self.home)}, capture_output=True, text=True, check=False, timeout=90
        )
        assert (done.returncode == 0) is ok, done.stdout + done.stderr
        return (done.stdout if ok else done.stderr).strip()

    def log_in(self) -> None:
        """`gatehouse login`, and what a person does in the browser."""
        words = (*PROGRAM, "login", "--no-browser", "--control", self.control)
        with limited(self._started(words)) as process:
            address = next(line.strip() for line in process.stderr if line.strip().startswith("http"))
            form = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
            page = address.partition("?")[0]
            httpx.post(page, data={**form, "user": self.name}, follow_redirects=True, trust_env=False)
            said = process.stderr.read()
        assert process.returncode == 0, said

    def log_in_on_a_device(self) -> None:
        """`gatehouse login --device`, and what a person does in the browser of another machine."""
        words = (*PROGRAM, "login", "--device", "--control", self.control)
        with limited(self._started(words)) as process:
            line = next(line for line in process.stderr if " and type in:  " in line)
            self._let_in(*line.removeprefix("Open ").strip().split(" and type in:  "))
            said = process.stderr.read()
        assert process.returncode == 0, said

    def _started(self, words: tuple[str, ...]) -> "subprocess.Popen[str]":
        return subprocess.Popen(words, env={"HOME": str(self.home)}, stderr=subprocess.PIPE, text=True)

    def _let_in(self, page: str, code: str) -> None:
        with self.browser() as browser:
            assert "calls itself" in browser.get(page, params={"user_code": code}).text
            done = browser.post(page, data={"user_code": code, "answer": "yes"})
        assert "The device is logged in" in done.text

    @contextmanager
    def browser(self) -> Iterator[httpx.Client]:
        """One that is signed in to the console."""
        headers = {"accept": "text/html", "sec-fetch-site": "same-origin"}
        with httpx.Client(base_url=self.control, headers=headers, follow_redirects=True, trust_env=False) as client:
            asked = client.get("/sign-in/begin", params={"next": "/device"})
            back = client.post(asked.url.copy_with(query=None), data={**dict(asked.url.params), "user": self.name})
            assert back.url.path == "/device", back.text
            yield client

    def forget_tokens(self) -> None:
        """As if forty seconds had passed."""
        shutil.rmtree(self.home / ".cache")

    def token(self) -> str:
        """What the agent is given."""
        return self.run("token", "exchange")

    def headers(self, **more: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token()}", "anthropic-version": "2023-06-01", **more}

    def ask(self, prompt: str, headers: Mapping[str, str], path: str = "/v1/messages") -> httpx.Response:
        body = {**MODEL, "messages": [{"role": "user", "content": prompt}]}
        return httpx.post(self.gate + path, json=body, headers=dict(headers), timeout=60, trust_env=False)

    def asking(self, prompt: str) -> "Asking":
        headers = self.headers()
        return Asking(lambda: self.ask(prompt, headers))

    def stream(self, headers: Mapping[str, str], path: str = "/v1/messages", prompt: str = "") -> "Stream":
        return Stream(self.gate + path, dict(headers), prompt or LONG)


@dataclass
class World:
    folder: Path
    gate: str
    control: str
    users: list[User]
    model: Running
    up: "subprocess.Popen[bytes]"
    laptops: dict[str, Laptop] = field(default_factory=dict)

    def laptop(self, name: str, *, logged_in: bool = True) -> Laptop:
        """Of somebody who is logged in, unless it says otherwise."""
        if name not in self.laptops:
            home = self.folder / "homes" / name
            home.mkdir(parents=True)
            self.laptops[name] = Laptop(name, home, self.control, self.gate)
            if logged_in:
                self.laptops[name].log_in()
        return self.laptops[name]

    def moved(self, name: str, *groups: str) -> None:
        """The company puts somebody into other groups."""
        self.users[:] = [User(name, groups) if one.name == name else one for one in self.users]

    def kill_control(self) -> None:
        """With -9; `up` starts another."""
        os.kill(self.control_process(), signal.SIGKILL)

    def control_process(self) -> int:
        """Its number, among the children of our own `up`."""
        children = Path(f"/proc/{self.up.pid}/task/{self.up.pid}/children").read_text().split()
        commands = {int(one): Path(f"/proc/{one}/cmdline").read_bytes() for one in children}
        return next(number for number, command in commands.items() if b"serve\0control" in command)


@contextmanager
def world(
    folder: Path, *users: User, told: str = "[]", certificate: bytes = b"", policy: str = POLICY
) -> Iterator[World]:
    """`told`: who outside is told of what. `certificate`: of the one who signs assertions."""
    people = list(users)
    ports = free_ports(5)
    with (
        provide(ProviderOptions(users=people)) as provider,
        start(Options(record=folder / "received.jsonl", api_key="upstream-key")) as model,
        (folder / "up.log").open("wb") as log,
    ):
        (folder / "upstream.key").write_text("upstream-key")
        (folder / "upstream.key").chmod(0o600)
        (folder / "policy.yaml").write_text(policy)
        config = folder / "gatehouse.yaml"
        (folder / "adfs.pem").write_bytes(certificate or Provider().pem)
        values = {"issuer": provider.url, "model": model.url, "told": told, "saml": ISSUER, "recipient": RECIPIENT}
        config.write_text(CONFIG.format(*ports, **values))
        process = subprocess.Popen((*PROGRAM, "up", "--config", config), stdout=log, stderr=log)
        try:
            eventually(lambda: _up(process, folder / "up.log"), READY_WITHIN)
            yield World(folder, f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[3]}", people, model, process)
        finally:
            stopped(process)


def _up(process: "subprocess.Popen[bytes]", log: Path) -> bool:
    said = log.read_text()
    assert process.poll() is None, said
    return "The gate is up" in said


@dataclass(frozen=True, slots=True)
class Door:
    """What an agent is given."""

    base_url: str
    token: str


def ticket(reviewer: Laptop) -> str:
    """The one that waits, once it does."""
    found: list[str] = []

    def one() -> bool:
        found[:] = waiting(reviewer)
        return len(found) == 1

    eventually(one)
    return found[0]


def waiting(reviewer: Laptop) -> list[str]:
    """The tickets that wait."""
    lines = reviewer.run("approvals", "list", "--json").splitlines()
    return [json.loads(line)["id"] for line in lines]


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago."""
    with ExitStack() as stack:
        taken = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in taken]
