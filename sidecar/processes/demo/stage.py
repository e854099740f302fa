"""Where the tour takes place: a gate as `gatehouse up` starts it, and simulated models behind it.

Strategy: all of it in one temporary folder. What belongs to the gate, to the models and to the agent lies in folders
of their own, so that a search of the gate's finds nothing of the others.

Rules:
- The gate is stopped and the folder removed however the tour ends; `keep` leaves the folder.
- Ctrl-C ends the tour first, then the gate.
- Two more models are equal to the last identifier (`twin`, behind the gate, and `control`, beside it): what the two
  say can be compared byte for byte.
"""

import asyncio
import json
import logging
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sidecar.core.errors import ConfigurationError
from sidecar.processes import probe, state_folder
from sidecar.processes.children import Child
from sidecar.processes.demo.agent import Agent
from sidecar.processes.demo.planted import Planted, planted
from sidecar.processes.demo.play import performed
from sidecar.processes.up import Up
from sidecar.rulebook.book import book_of
from sidecar.rulebook.sources import read_sources
from sidecar.settings.environment import environment
from sidecar.settings.load import load
from sidecar.settings.values import Settings
from sidecar.simulator.identity import prepared_for
from sidecar.simulator.recording import Received, read_recording
from sidecar.simulator.serve import Options, Running, start
from sidecar.simulator.tickets import Tickets, serving

OWN_POLICY = Path(__file__).with_name("policy.yaml")
SUBJECT = "ada"
BACK_WITHIN = 60.0  # seconds in which a killed data plane is serving again, on a busy machine
CONFIG = """\
listen: {address: 127.0.0.1, port: %d}
metrics: {port: %d}
envoy: {admin_port: %d, drain: 1s}
control: {url: "http://127.0.0.1:%d", listen: {port: %d}, gates: {port: %d}}
development: {identity: true}
connections:
  - {name: claude, kind: claude, url: "%s", credential: {header: x-api-key, from: {file: upstream.key}}}
  - {name: twin, kind: claude, url: "%s", credential: {header: x-api-key, from: {file: upstream.key}}}
  - {name: tickets, kind: mcp, url: "%s", credential: {header: x-api-key, from: {file: upstream.key}}}
policies: ["policies/*.yaml"]
state: state
"""


@dataclass(frozen=True, slots=True)
class Models:
    """The simulated models and the key that opens all three."""

    folder: Path
    key: str
    main: Running
    twin: Running
    control: Running

    def received(self, name: str = "main") -> list[Received]:
        return read_recording(self.folder / f"{name}.jsonl")


@dataclass(slots=True)
class Stage:
    """What every step is given. `began`: seconds that the gate took to start. `session`: the agent's, once known."""

    folder: Path
    settings: Settings
    up: Up
    models: Models
    tickets: Tickets
    groups: tuple[str, ...]
    planted: Planted
    began: float = 0.0
    session: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.listen.port}"

    @property
    def health(self) -> str:
        return f"http://127.0.0.1:{self.settings.metrics.port}"

    def token(self, *, now: float | None = None) -> str:
        """The caller's; with `now` one that was made then, and held for an hour."""
        return prepared_for(self.settings).mint(SUBJECT, self.groups, 3600.0, now=now)

    def bearer(self) -> tuple[str, str]:
        return ("authorization", f"Bearer {self.token()}")

    def agent(self, name: str, *servers: str) -> Agent:
        """`servers`: connections whose tools it has too, through the gate like the model."""
        token = self.token()
        return Agent(self.url, token, self.folder / "agent" / name, {one: f"{self.url}/c/{one}" for one in servers})

    def mark(self) -> Callable[[], list[Received]]:
        """Call it now, and what it gives back later: what the model received in between."""
        before = len(self.models.received())
        return lambda: self.models.received()[before:]

    def data_plane(self) -> Child:
        return next(child for child in self.up.children if child.name == "data-plane")

    async def back(self) -> bool:
        """Wait until the data plane says that it is ready."""

        async def ready() -> bool:
            return self.data_plane().running and await asyncio.to_thread(probe.yes, f"{self.health}/readyz")

        return await until(ready, BACK_WITHIN)


async def until(holds: Callable[[], Awaitable[bool]], within: float) -> bool:
    """Ask until it holds, or for so many seconds. Did it?"""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if await holds():
            return True
        await asyncio.sleep(0.05)
    return False


@contextmanager
def staged(policy: Path | None, groups: tuple[str, ...], *, keep: bool) -> Iterator[Stage]:
    """The folder, the models and a gate that is not started yet."""
    _refuse_what_cannot_work(policy)
    # A model that is stopped in the middle of an answer would say so on the terminal.
    logging.getLogger("uvicorn").addHandler(logging.NullHandler())
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-demo-"))
    try:
        values = planted()
        with ExitStack() as stack:
            models = _models(folder / "model", values, stack)
            tickets = stack.enter_context(serving(f"The printer opens with {values.ticket.value}.", models.key))
            settings = _configured(folder / "gate", models, tickets, policy or OWN_POLICY)
            yield Stage(folder, settings, Up(settings, lambda _: None), models, tickets, groups, values)
    finally:
        if not keep:
            # The agent's program may still be writing its last line there.
            shutil.rmtree(folder, ignore_errors=True)


async def played(stage: Stage, tour: Callable[[], Awaitable[None]]) -> bool:
    """Start the gate, run the tour, stop the gate. Whether the tour came to its end."""
    began = time.monotonic()
    started = asyncio.Event()

    async def go() -> None:
        await started.wait()
        stage.began = time.monotonic() - began
        _on_interrupt(work.cancel)
        await tour()

    gate, work = asyncio.create_task(stage.up.run(started.set)), asyncio.create_task(go())
    try:
        await asyncio.wait((gate, work), return_when=asyncio.FIRST_COMPLETED)
        ended = work.done() and not work.cancelled()
    finally:
        await _stopped(work)
        await _stopped(gate)
    if ended:
        work.result()
    elif not gate.cancelled():
        gate.result()
    return ended


def _on_interrupt(act: Callable[[], object]) -> None:
    """From now on the tour hears it first: a gate that stops under it would look like promises that are not kept."""
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, act)


async def _stopped(task: "asyncio.Task[None]") -> None:
    if not task.done():
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _refuse_what_cannot_work(policy: Path | None) -> None:
    if environment().get("GATEHOUSE_STATE"):
        raise ConfigurationError.single(
            "GATEHOUSE_STATE", "the tour keeps its state in a folder of its own: unset this variable"
        )
    if policy is not None:
        book_of(read_sources([str(policy)]))


def _models(folder: Path, values: Planted, stack: ExitStack) -> Models:
    folder.mkdir(parents=True)
    key, seed = state_folder.fresh_secret(), state_folder.fresh_secret()

    def model(name: str, seed: str | None) -> Running:
        options = Options(script=performed(values), record=folder / f"{name}.jsonl", api_key=key, seed=seed)
        return stack.enter_context(start(options))

    return Models(folder, key, model("main", None), model("twin", seed), model("control", seed))


def _configured(folder: Path, models: Models, tickets: Tickets, policy: Path) -> Settings:
    (folder / "policies").mkdir(parents=True)
    shutil.copyfile(policy, folder / "policies" / "rules.yaml")
    state_folder.write_private(folder / "upstream.key", models.key)
    file = folder / "gatehouse.yaml"
    gate, metrics, admin, control, gates = _free_ports(5)
    upstreams = (models.main.url, models.twin.url, tickets.url)
    file.write_text(CONFIG % (gate, metrics, admin, control, control, gates, *upstreams))
    return load(file)


def _free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago."""
    with ExitStack() as stack:
        taken = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in taken]


def last_prompt(received: list[Received]) -> str:
    """What stood in the last text that a person wrote, as the model received it."""
    for one in reversed(received):
        texts = [
            block["text"]
            for message in json.loads(one.body)["messages"]
            if message["role"] == "user" and isinstance(message["content"], list)
            for block in message["content"]
            if block.get("type") == "text" and not block["text"].startswith("<system-reminder>")
        ]
        if texts:
            return str(texts[-1])
    return "nothing"
