"""Envoy's admin page, on a port of loopback or on a Unix socket: whether Envoy is ready, its counters, its way down.

Rule: an Envoy that does not answer is not ready, and has nothing open.
"""

import http.client
import socket
from dataclasses import dataclass
from pathlib import Path

from sidecar.settings.values import Envoy

WITHIN = 2.0  # seconds
OPEN = "downstream_rq_active"


@dataclass(frozen=True, slots=True)
class EnvoyAdmin:
    """`place`: a port on loopback, or a socket's path."""

    place: int | Path

    @classmethod
    def of(cls, settings: Envoy) -> "EnvoyAdmin":
        return cls(settings.admin_socket or settings.admin_port)

    def ready(self) -> bool:
        return self._ask("GET", "/ready") is not None

    def drain(self) -> None:
        """No new calls; those that are open go on."""
        self._ask("POST", "/drain_listeners?graceful&skip_exit")

    def open_calls(self) -> int:
        lines = self._ask("GET", f"/stats?filter={OPEN}") or ""
        return sum(
            int(line.rsplit(" ", 1)[1])
            for line in lines.splitlines()
            if ".admin." not in line and line.startswith("http.")
        )

    def counters(self) -> list[str] | None:
        """Every counter, a line each; nothing, where nobody answers."""
        text = self._ask("GET", "/stats")
        return None if text is None else text.splitlines()

    def _ask(self, method: str, path: str) -> str | None:
        connection = _connection(self.place)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        return text if answer.status == http.client.OK else None


def _connection(place: int | Path) -> http.client.HTTPConnection:
    if isinstance(place, int):
        return http.client.HTTPConnection("127.0.0.1", place, timeout=WITHIN)
    return _OverSocket(place)


class _OverSocket(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=WITHIN)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(WITHIN)
        self.sock.connect(str(self._path))
