import socket

import httpx
import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.simulator.provider_serve import provide


def test_it_answers_and_stops() -> None:
    with provide() as running:
        assert httpx.get(f"{running.url}/jwks", trust_env=False).json()["keys"]
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{running.url}/jwks", trust_env=False)


def test_only_on_loopback() -> None:
    with pytest.raises(ConfigurationError, match="loopback only"):
        provide(address="0.0.0.0")  # noqa: S104


def test_a_taken_port_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ConfigurationError, match="cannot listen"):
        provide(port=taken.getsockname()[1])
