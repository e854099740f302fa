"""What an agent is pointed at in a test, and what reached the model behind it.

Strategy: the same tests run twice. Once against the simulator alone: they are the control, and show that the planted
values would leave and that the agent behaves without us. And once through the gate.
"""

import json
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sidecar.settings.load import load
from sidecar.simulator.identity import prepared_for
from sidecar.simulator.recording import Received, read_recording
from sidecar.simulator.script import read_script
from sidecar.simulator.serve import Options, Running, start
from tests.limited import stopped

# What the model says of its own accord, for tests that cannot put it into the prompt. A turn fits every time.
SCRIPT = """
turns:
  - match: "make me a key"
    times: 0
    reply: [{text: "Here is one: %s. Keep it safe."}]
"""


@dataclass(frozen=True, slots=True)
class Gate:
    """`masks` is false for the control. `made_up` is a secret that the model says when asked to make one."""

    base_url: str
    token: str
    record: Path
    simulator: Running
    masks: bool
    made_up: str

    def received(self) -> list[Received]:
        return read_recording(self.record)

    def mark(self) -> Callable[[], list[Received]]:
        """Call it now, and what it gives back later: what was received in between."""
        before = len(self.received())
        return lambda: self.received()[before:]

    def arrived(self, received: list[Received]) -> bytes:
        """All that reached the model: every byte, and every JSON body once more without its escapes."""
        return b"\n".join(part for one in received for part in (one.everything(), _unescaped(one.body)))

    def report(self) -> dict[str, object]:
        return self.simulator.world.past.report()


def _unescaped(body: bytes) -> bytes:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False).encode("utf-8", "surrogatepass")
    except ValueError:
        return b""


@contextmanager
def direct(folder: Path, made_up: str) -> Iterator[Gate]:
    """The simulator alone."""
    options = Options(record=folder / "received.jsonl", bearer=True, script=read_script(SCRIPT % made_up, "script"))
    with start(options) as simulator:
        yield Gate(simulator.url, "a-token", folder / "received.jsonl", simulator, False, made_up)


POLICY = """
policy: agents
applies: {}
rules:
  - {id: no-zephyr, where: [prompt], match: {regex: '(?i)project\\s+zephyr'}, do: deny, say: "Zephyr stays here."}
  - {id: theirs, where: [response, thinking, tool_call], detect: [secret/*], do: mask}
  - {id: ours, where: [system, prompt, tool_result], detect: [secret/*, pii/*], do: mask, how: token}
"""
CONFIG = """
listen: {address: 127.0.0.1, port: %d}
metrics: {port: %d}
envoy: {admin_port: %d, drain: 1s}
control: {listen: {port: %d}, gates: {port: %d}}
development: {identity: true}
connections:
  - {name: claude, kind: claude, url: "%s", credential: {header: x-api-key, from: {file: upstream.key}}}
policies: [policy.yaml]
"""
PROGRAM = (sys.executable, "-m", "sidecar.cli.main")
READY_WITHIN = 90  # seconds; a busy machine takes half a minute


@contextmanager
def whole(folder: Path, made_up: str, more: str = "") -> Iterator[Gate]:
    """All of it: Envoy, the data plane, and the simulator as their upstream. `more`: lines of configuration."""
    key = secrets.token_hex(16)
    script = read_script(SCRIPT % made_up, "script")
    with start(Options(record=folder / "received.jsonl", api_key=key, script=script)) as simulator:
        (folder / "upstream.key").write_text(key)
        (folder / "policy.yaml").write_text(POLICY)
        (folder / "gatehouse.yaml").write_text(CONFIG % (*(ports := free_ports(5)), simulator.url) + more)
        with running(folder):
            url, token = f"http://127.0.0.1:{ports[0]}", minted(folder, "ada")
            yield Gate(url, token, folder / "received.jsonl", simulator, True, made_up)


def minted(folder: Path, subject: str, *groups: str) -> str:
    """What `gatehouse token mint` prints for the configuration of that folder, without a process for it."""
    return prepared_for(load(folder / "gatehouse.yaml")).mint(subject, groups)


@contextmanager
def running(folder: Path) -> Iterator[None]:
    """`gatehouse up` until the block ends. What it said is in `up.log` of its folder."""
    config = str(folder / "gatehouse.yaml")
    with (folder / "up.log").open("w") as log:
        process = subprocess.Popen((*PROGRAM, "up", "--config", config), stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + READY_WITHIN
            while "The gate is up" not in (folder / "up.log").read_text():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"the gate did not start: {(folder / 'up.log').read_text()}")
                time.sleep(0.1)
            yield
        finally:
            stopped(process)


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago."""
    with ExitStack() as stack:
        taken = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in taken]


HOW = {"simulator": direct, "gate": whole}
