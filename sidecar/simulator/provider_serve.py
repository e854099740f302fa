"""Starts the development provider in a thread of this process, and stops it again."""

import time
from collections.abc import Callable
from types import TracebackType

from sidecar.core.errors import ConfigurationError
from sidecar.settings.loopback import is_loopback
from sidecar.simulator.provider import Options, Provider
from sidecar.simulator.provider_app import provider_app
from sidecar.simulator.served import Served, bound, url_of

NAME = "identity provider"


class RunningProvider:
    """A provider that answers. Leaving the `with` block stops it."""

    def __init__(self, options: Options, address: str, port: int, now: Callable[[], float]) -> None:
        if not is_loopback(address):
            raise ConfigurationError.single(
                NAME, f"asks for no password, so it listens on loopback only, not on {address}"
            )
        listening = bound(NAME, address, port)
        self.url = url_of(listening)
        self.provider = Provider(self.url, options, now)
        self._served = Served(NAME, listening, provider_app(self.provider))

    def __enter__(self) -> "RunningProvider":
        self._served.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._served.stop()


def provide(
    options: Options | None = None,
    address: str = "127.0.0.1",
    port: int = 0,
    now: Callable[[], float] = time.time,
) -> RunningProvider:
    """To be used with `with`; port 0 takes any free one."""
    return RunningProvider(options or Options(), address, port, now)
