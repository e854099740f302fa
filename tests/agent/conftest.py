"""The real Claude Agent SDK, pointed at a gate."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.agent.session import Session
from tests.gate import HOW, Gate
from tests.planted import Planted, planted


@pytest.fixture(scope="session", params=list(HOW))
def gate(request: pytest.FixtureRequest, pointed: Callable[[str], Gate]) -> Gate:
    """The control, then the real thing."""
    return pointed(request.param)


@pytest.fixture
def secrets(request: pytest.FixtureRequest) -> tuple[Planted, ...]:
    """Fresh values for every test."""
    return planted(request.node.nodeid)


@pytest.fixture
def session(gate: Gate, tmp_path: Path) -> Callable[..., Session]:
    """An agent with a home and a work folder of its own. `Session(...)` is used with `async with`."""
    return lambda **options: Session(gate, tmp_path, **options)
