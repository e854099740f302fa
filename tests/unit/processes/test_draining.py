"""Envoy's way down, against a page that stands in for its admin port."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from sidecar.processes.draining import drained
from sidecar.processes.envoy_admin import EnvoyAdmin


class Admin(HTTPServer):
    """Counts down: each look at the calls that are open finds one less."""

    def __init__(self, open_calls: int) -> None:
        super().__init__(("127.0.0.1", 0), Page)
        self.open_calls = open_calls
        self.posted: list[str] = []


class Page(BaseHTTPRequestHandler):
    server: Admin

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"http.gate.downstream_rq_active: {self.server.open_calls}\n".encode())
        self.server.open_calls = max(0, self.server.open_calls - 1)

    def do_POST(self) -> None:
        self.server.posted.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def admin() -> Iterator[Admin]:
    with Admin(3) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join(60)


def drain(admin: Admin, within: float, settling: float = 0.0) -> tuple[bool, float]:
    time = Time()
    port = int(admin.server_address[1])
    return drained(EnvoyAdmin(port), within, settling=settling, clock=time.clock, wait=time.wait), time.now


def test_it_returns_when_the_last_call_is_finished(admin: Admin) -> None:
    assert drain(admin, 60) == (True, 0.75)
    assert admin.posted == ["/drain_listeners?graceful&skip_exit"]


def test_callers_have_time_to_learn_of_it(admin: Admin) -> None:
    admin.open_calls = 0
    assert drain(admin, 60, settling=5) == (True, 5.0)


def test_a_call_that_goes_on_too_long_is_said(admin: Admin) -> None:
    admin.open_calls = 1000
    assert drain(admin, 2) == (False, 2.0)


def test_an_envoy_that_is_gone_has_nothing_open() -> None:
    with Admin(0) as gone:
        port = int(gone.server_address[1])
    time = Time()
    assert drained(EnvoyAdmin(port), 60, settling=0, clock=time.clock, wait=time.wait)
