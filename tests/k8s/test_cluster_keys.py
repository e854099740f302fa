"""The cluster's keys, published again by a whole control plane: what Envoy verifies pods' tokens with."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from sidecar.processes import probe
from tests.envoy.rig import Tokens
from tests.k8s.api_server import api_server
from tests.polling import until

CONFIG = """
development: {{identity: true}}
state: state
control:
  url: "http://127.0.0.1:{0}"
  listen: {{port: {0}}}
  gates: {{port: {1}}}
  cluster_keys: {{url: "{2}", token_file: {3}, ca: {4}}}
"""
PAGE = "/.well-known/cluster-jwks.json"


@contextmanager
def control(folder: Path, url: str, token: Path, ca: Path | None) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    with socket.socket() as one, socket.socket() as two:
        for probed in (one, two):
            probed.bind(("127.0.0.1", 0))
        ports = one.getsockname()[1], two.getsockname()[1]
    file = folder / "gatehouse.yaml"
    file.write_text(CONFIG.format(*ports, url, token, ca))
    command = [sys.executable, "-m", "sidecar.cli.main", "serve", "control", "--config", str(file)]
    with (folder / "control.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield f"http://127.0.0.1:{ports[0]}", process
    finally:
        process.kill()
        process.wait(30)


async def published(url: str) -> list[dict[str, str]]:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        keys: list[dict[str, str]] = (await http.get(f"{url}{PAGE}")).json()["keys"]
        return keys


async def test_public_halves_and_nothing_else(tmp_path: Path) -> None:
    keys = json.loads(Tokens().jwks)["keys"]
    with api_server(tmp_path) as (api, access):
        api.put("/openid/v1/jwks", {"keys": [{**keys[0], "d": "private", "x5c": ["more"]}]})
        with control(tmp_path, access.url, access.token_file, access.ca) as (url, process):
            await until(lambda: probe.yes(f"{url}/readyz") or process.poll() is not None, within=90)
            assert process.poll() is None, (tmp_path / "control.log").read_text()
            shown = await published(url)
            assert [one["kid"] for one in shown] == [keys[0]["kid"]]
            assert not {"d", "x5c"} & shown[0].keys()
            api.failing = 1_000
            assert await published(url) == shown
        assert ("GET", "/openid/v1/jwks") in api.asked
