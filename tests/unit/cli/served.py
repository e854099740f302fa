"""A control plane that answers over HTTP from a thread, for commands that speak to it."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sidecar.control.store.store import Store
from sidecar.control.web.app import app
from sidecar.processes.console_serve import ConsoleServer
from sidecar.settings.control import Listen
from tests.unit.control.web.rig import OWNER_KEY, Rig, rig

Result = TypeVar("Result")
MACHINE = "state: state\npolicies: [p.yaml]\ndevelopment: {identity: true}\n"


def machine(folder: Path, url: str, key: str = OWNER_KEY) -> Path:
    """The configuration of a machine whose owner has this key."""
    (folder / "state").mkdir(mode=0o700)
    (folder / "state" / "owner.key").write_text(f"{key}\n")
    (folder / "p.yaml").write_text("policy: p\nrules: [{id: x, detect: ['secret/*'], do: mask}]\n")
    config = folder / "gatehouse.yaml"
    config.write_text(f"{MACHINE}control: {{url: '{url}'}}\n")
    return config


class Served:
    """`do`: on the server's own loop. `config`: of a machine that owns this control plane."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.desk = self.do(self._start())
        self.config = machine(folder, self.desk.parts.url)

    def do(self, work: Coroutine[None, None, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _start(self) -> Rig:
        store = await Store.open(f"sqlite:///{self._folder}/control.sqlite")
        self._server = ConsoleServer(Listen("127.0.0.1", 0))
        desk = rig(store, url=f"http://127.0.0.1:{self._server.port}")
        await self._server.start(app(desk.parts))
        return desk

    def close(self) -> None:
        self.do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _stop(self) -> None:
        await self._server.stop()
        await self.desk.parts.store.close()


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    running = Served(folder)
    try:
        yield running
    finally:
        running.close()
