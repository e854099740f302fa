"""The control plane put together, in this process: up, answering, and down again. The rest is in tests/control."""

import asyncio
import socket
import urllib.request
from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.processes import probe
from sidecar.processes.control_plane import ControlPlane
from sidecar.processes.control_secrets import link_key
from sidecar.settings.load import load
from sidecar.settings.values import Settings
from tests.polling import until

CONFIG = """
development: {{identity: true}}
state: state
control: {{url: "http://127.0.0.1:{0}", listen: {{port: {0}}}, gates: {{port: 0}}, database: {1}}}
"""


def settings(folder: Path, database: str = "null") -> Settings:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    (folder / "gatehouse.yaml").write_text(CONFIG.format(port, database))
    return load(folder / "gatehouse.yaml", {})


async def test_it_answers_until_it_is_told_to_stop(tmp_path: Path) -> None:
    here = settings(tmp_path)
    stop = asyncio.Event()
    running = asyncio.create_task(ControlPlane(here, {}).run(stop))
    await until(lambda: running.done() or probe.yes(f"{here.control}/readyz"))
    assert not running.done()
    request = urllib.request.Request(
        f"{here.control}/v1/anchors", headers={"authorization": f"Bearer {link_key(here.control_plane, {})}"}
    )
    assert await asyncio.to_thread(lambda: urllib.request.urlopen(request, timeout=10).close()) is None
    stop.set()
    async with asyncio.timeout(30):
        await running
    assert not probe.yes(f"{here.control}/readyz")


async def test_a_database_that_is_not_named_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="DSN is not set"):
        ControlPlane(settings(tmp_path, "{env: DSN}"), {})
