"""One loop, one upstream, one data plane and one Envoy, shared by all tests that can share."""

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.envoy.rig import Envoy, Loop, Plane, Rig, Tokens, Upstream, spec_for

Make = Callable[..., Rig]


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    made = Loop()
    yield made
    made.close()


@pytest.fixture(scope="session")
def make(loop: Loop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """Make a rig; what it started is stopped at the end."""
    rigs: list[Rig] = []

    def made(plane: bool = True, upstream_tls: ssl.SSLContext | None = None, **changed: Any) -> Rig:
        folder: Path = tmp_path_factory.mktemp("envoy")
        tokens, upstream, scripted = Tokens(folder), Upstream(), Plane(folder / "ext_proc.sock")
        loop.run(upstream.start(upstream_tls))
        if plane:
            loop.run(scripted.start())
        if connections := changed.get("connections"):
            changed["connections"] = connections(upstream.port)
        envoy = Envoy(spec_for(folder, tokens, upstream, **changed), folder)
        rigs.append(Rig(folder, loop, tokens, upstream, scripted, envoy))
        return rigs[-1]

    yield made
    for rig in rigs:
        rig.envoy.stop()
        loop.run(rig.upstream.stop())
        loop.run(rig.plane.stop())


@pytest.fixture(scope="session")
def shared(make: Make) -> Rig:
    # Idle for a second is as good as idle for an hour, and a test can wait for it.
    return make(idle_timeout=1.0)


@pytest.fixture
def rig(shared: Rig) -> Iterator[Rig]:
    shared.upstream.reset()
    yield shared
    assert shared.envoy.process.poll() is None, shared.envoy.log.read_text()
