"""`control`: a control plane that answers, and nobody logged in on this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.cli.served import Served, served


@pytest.fixture
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))


@pytest.fixture
def control(tmp_path: Path, nobody: None) -> Iterator[Served]:
    with served(tmp_path) as running:
        yield running
