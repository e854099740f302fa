"""What stops the server before it listens."""

import socket
from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.record.local.serve import Options, Running


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with pytest.raises(ConfigurationError, match="Address already in use") as refused:
            Running(Options(tmp_path, taken.getsockname()[1]))
        assert len(refused.value.mistakes) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.1", "example.com", "::"])  # noqa: S104
def test_only_this_machine(tmp_path: Path, address: str) -> None:
    with pytest.raises(ConfigurationError, match="not a loopback address"):
        Running(Options(tmp_path, 0, address))


def test_a_port_is_a_port(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="from 0 to 65535"):
        Running(Options(tmp_path, 65536))
