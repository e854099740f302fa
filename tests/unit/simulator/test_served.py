"""An application in a thread: it answers while it may, and a port that it cannot have is one sentence."""

import socket

import httpx
import pytest
from starlette.responses import PlainTextResponse

from sidecar.core.errors import ConfigurationError
from sidecar.simulator.served import Served, bound, url_of

HELLO = PlainTextResponse("hello")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_it_answers_and_stops(address: str) -> None:
    listening = bound("greeter", address, 0)
    url = url_of(listening)
    with Served("greeter", listening, HELLO):
        assert httpx.get(url, trust_env=False).text == "hello"
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)


def test_a_port_that_cannot_be_had_names_who_wanted_it() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(ConfigurationError, match=r"^greeter: .*in use"),
    ):
        bound("greeter", "127.0.0.1", taken.getsockname()[1])
