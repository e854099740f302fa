"""A page that stands in for Envoy's admin page, on a port or on a Unix socket."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar


class AdminPage:
    COUNTERS: ClassVar = [
        "cluster.keys_a.upstream_rq_200: 1",
        "http.gate.downstream_rq_active: 2",
        "http.admin.downstream_rq_active: 1",
    ]
    place: Path | int
    posted: list[str]
    status: int


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path, _, filtered = self.path.partition("?filter=")
        lines = [line for line in AdminPage.COUNTERS if filtered in line] if path == "/stats" else ["LIVE"]
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.end_headers()
        self.wfile.write("\n".join(lines).encode())

    def do_POST(self) -> None:
        self.server.posted.append(self.path)  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def address_string(self) -> str:
        return "somebody"

    def log_message(self, format: str, *args: object) -> None:
        pass


class _OnPort(AdminPage, HTTPServer):
    pass


class _OnSocket(AdminPage, socketserver.UnixStreamServer):
    pass


@contextmanager
def admin_page(place: Path | int) -> Iterator[AdminPage]:
    server = _OnPort(("127.0.0.1", place), _Page) if isinstance(place, int) else _OnSocket(str(place), _Page)
    server.place = int(server.server_address[1]) if isinstance(server, _OnPort) else place
    server.posted, server.status = [], 200
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join(60)
        server.server_close()
