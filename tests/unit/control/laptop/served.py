"""A small HTTP server in a thread: the other side of what a laptop asks."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

Reply = Callable[[str, Mapping[str, str]], tuple[int, object]]


@dataclass(slots=True)
class Served:
    """`asked`: path and form of each question. `reply` decides the answer."""

    url: str
    reply: Reply
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@contextmanager
def served(reply: Reply) -> Iterator[Served]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"] or 0)).decode()
            if body.startswith("{"):
                self._answer({**json.loads(body), "bearer": self.headers["authorization"]})
            else:
                self._answer(dict(parse_qsl(body)))

        def _answer(self, form: dict[str, str]) -> None:
            made.asked.append((self.path, form))
            status, said = made.reply(self.path, form)
            data = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("location", "http://127.0.0.1:9/elsewhere")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Served(f"http://127.0.0.1:{server.server_address[1]}", reply)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join(60)
