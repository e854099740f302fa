"""One loop, one upstream, one data plane and one Envoy, shared by all tests that can share."""

import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.envoy.rig import Envoy, Loop, Plane, Rig, Tokens, spec_for
from tests.envoy.upstream import Upstream

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
        tokens, upstream, scripted = Tokens(), Upstream(), Plane(folder / "ext_proc.sock")
        loop.run(upstream.start(upstream_tls))
        if plane:
            loop.run(scripted.start())
        if connections := changed.get("connections"):
            changed["connections"] = connections(upstream.port)
        more = changed.pop("more_providers", ())
        spec = spec_for(folder, tokens, upstream, **changed)
        envoy = Envoy(replace(spec, providers=(*spec.providers, *more)), folder)
        rigs.append(Rig(folder, loop, tokens, upstream, scripted, envoy))
        return rigs[-1]

    yield made
    for rig in rigs:
        rig.envoy.stop()
        loop.run(rig.upstream.stop())
        loop.run(rig.plane.stop())


@pytest.fixture(scope="session")
def shared(make: Make) -> Rig:
    return make()


@pytest.fixture(scope="session")
def shared_impatient(make: Make) -> Rig:
    # Idle for half a second is as good as idle for an hour, and a test can wait for it.
    return make(idle_timeout=0.5)


@pytest.fixture
def rig(shared: Rig) -> Iterator[Rig]:
    yield from fresh(shared)


@pytest.fixture
def impatient(shared_impatient: Rig) -> Iterator[Rig]:
    yield from fresh(shared_impatient)


def fresh(rig: Rig) -> Iterator[Rig]:
    rig.upstream.reset()
    yield rig
    assert rig.envoy.process.poll() is None, rig.envoy.log.read_text()
