"""Questions to ports and pages, against real ones."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from sidecar.processes import probe


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/yes" else 503)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), Page) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join(60)


def url(server: HTTPServer, path: str) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}{path}"


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_a_port_in_use_is_occupied_and_a_free_one_is_not(server: HTTPServer) -> None:
    assert probe.occupied("127.0.0.1", int(server.server_address[1])) == "is in use"
    assert probe.occupied("127.0.0.1", closed_port()) is None


def test_an_address_of_another_machine_cannot_be_used() -> None:
    assert "cannot be used" in (probe.occupied("192.0.2.1", 8080) or "")


def test_yes_only_for_200(server: HTTPServer) -> None:
    assert probe.yes(url(server, "/yes"))
    assert not probe.yes(url(server, "/no"))
    assert not probe.yes(f"http://127.0.0.1:{closed_port()}/")


def test_why_a_page_cannot_be_fetched(server: HTTPServer) -> None:
    assert probe.unreachable(url(server, "/yes")) is None
    assert "503" in (probe.unreachable(url(server, "/no")) or "") or "Service Unavailable" in (
        probe.unreachable(url(server, "/no")) or ""
    )
    assert "refused" in (probe.unreachable(f"http://127.0.0.1:{closed_port()}/") or "")
