"""A partner's machine in the pod's network: `tokens` gives tokens out over TLS, `orders` wants to see them.

Strategy: a program, since the pod has a network of its own; what it saw it writes into a file for the test.
"""

import json
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from tests.certificates import Issued
from tests.token_endpoint import TokenGiver


class Written(TokenGiver):
    """`file`: every question, with the token that was given."""

    file: Path

    async def answer(self, request: Request) -> Response:
        answer = await super().answer(request)
        given = json.loads(bytes(answer.body)).get("access_token")
        with self.file.open("a") as file:
            file.write(json.dumps({**self.asked[-1], "given": given}) + "\n")
        return answer


def tokens(port: str, file: str, secret: str, certificate: str, key: str) -> None:
    giver = Written(int(port), secret, shows=Issued(Path(certificate), Path(key)))
    giver.file = Path(file)
    giver.start()
    signal.pause()


def orders(port: str, file: str) -> None:
    class Orders(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with Path(file).open("a") as seen:
                seen.write(json.dumps({name.lower(): value for name, value in self.headers.items()}) + "\n")
            body = b'{"orders":[]}'
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """The test reads the file."""

    ThreadingHTTPServer(("127.0.0.1", int(port)), Orders).serve_forever()


if __name__ == "__main__":
    {"tokens": tokens, "orders": orders}[sys.argv[1]](*sys.argv[2:])
