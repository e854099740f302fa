"""The places that bundles lie in: a web server, and a small OCI registry with the routes of the distribution
specification 1.1 that pulling and pushing take. Both are real servers on a free port."""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from threading import Lock, Thread
from urllib.parse import parse_qs, urlsplit

from tests.certificates import Issued


@dataclass
class Seen:
    method: str
    path: str
    headers: Mapping[str, str]


@dataclass
class Reply:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int = 0  # bytes at the end that are promised and never come


class Shelf:
    """A web server: `files` by their path, with ETags; `replies` come first, as they are."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.replies: dict[str, Reply] = {}
        self.seen: list[Seen] = []
        self.url = ""

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        self.seen.append(Seen(method, path, headers))
        if path in self.replies:
            return self.replies[path]
        if path not in self.files:
            return Reply(404, b"<html>nothing here</html>")
        etag = f'"{sha256(self.files[path]).hexdigest()[:16]}"'
        if headers.get("if-none-match") == etag:
            return Reply(304, headers={"ETag": etag})
        return Reply(200, self.files[path], {"ETag": etag})


class Registry(Shelf):
    """`word`: the password that `user` has; with it a token is had at `/token`. Without it nobody needs anything."""

    def __init__(self, word: str | None = None, scheme: str = "bearer") -> None:
        super().__init__()
        self.word, self.scheme = word, scheme
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, bytes] = {}
        self.token: bytes | None = None  # what `/token` answers, whoever asks
        self.blobs_at: str | None = None  # another host, which blobs are sent on to
        self._lock = Lock()

    def put(self, manifest: bytes, *blobs: bytes, tag: str = "latest") -> str:
        with self._lock:
            digest = f"sha256:{sha256(manifest).hexdigest()}"
            self.manifests[tag] = self.manifests[digest] = manifest
            self.blobs.update({f"sha256:{sha256(blob).hexdigest()}": blob for blob in blobs})
            return digest

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        self.seen.append(Seen(method, path, headers))
        route = urlsplit(path)
        if path in self.replies:
            return self.replies[path]
        if route.path == "/token":
            return self._token(headers, parse_qs(route.query))
        if refused := self._refused(headers):
            return refused
        found = re.fullmatch(r"/v2/([a-z0-9/_-]+)/(manifests|blobs)/(.*)", route.path)
        if not found:
            return Reply(404)
        kind, reference = found[2], found[3]
        if method in ("POST", "PUT"):
            return self._taken(method, kind, reference, parse_qs(route.query), body)
        held = (self.manifests if kind == "manifests" else self.blobs).get(reference)
        if held is None:
            return Reply(404, b'{"errors":[{"code":"NOT_FOUND"}]}')
        if kind == "blobs" and self.blobs_at and method == "GET":
            return Reply(307, headers={"Location": f"{self.blobs_at}/{reference}"})
        return Reply(200, held, {"Docker-Content-Digest": f"sha256:{sha256(held).hexdigest()}"})

    def _taken(self, method: str, kind: str, reference: str, query: Mapping[str, list[str]], body: bytes) -> Reply:
        if method == "POST":
            return Reply(202, headers={"Location": "/v2/rules/blobs/uploads/1?state=x"})
        if kind == "manifests":
            self.put(body, tag=reference)
            return Reply(201)
        digest = query["digest"][0]
        if digest != f"sha256:{sha256(body).hexdigest()}":
            return Reply(400)
        self.blobs[digest] = body
        return Reply(201)

    def _refused(self, headers: Mapping[str, str]) -> Reply | None:
        good = f"Bearer pass-{self.word}" if self.scheme == "bearer" else self._basic
        if self.word is None or headers.get("authorization") == good:
            return None
        realm = f'Bearer realm="{self.url}/token",service="tests",scope="repository:rules:pull,push"'
        return Reply(401, headers={"WWW-Authenticate": realm if self.scheme == "bearer" else 'Basic realm="tests"'})

    @property
    def _basic(self) -> str:
        return "Basic " + base64.b64encode(f"user:{self.word}".encode()).decode()

    def _token(self, headers: Mapping[str, str], query: Mapping[str, list[str]]) -> Reply:
        if self.token is not None:
            return Reply(200, self.token)
        good = headers.get("authorization") == self._basic and query["service"] == ["tests"]
        return Reply(200, json.dumps({"token": f"pass-{self.word}"}).encode()) if good else Reply(401)


@contextmanager
def served(shelf: Shelf, certificate: Issued | None = None) -> Iterator[Shelf]:
    class Handler(BaseHTTPRequestHandler):
        def do(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            sent = {name.lower(): value for name, value in self.headers.items()}
            reply = shelf.answer(self.command, self.path, sent, body)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(reply.body[: len(reply.body) - reply.cut])
            self.close_connection = True

        do_GET = do_HEAD = do_POST = do_PUT = do  # noqa: N815

        def log_message(self, format: str, *arguments: object) -> None:
            """Not here."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = SSLContext(PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.certificate, certificate.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    shelf.url = f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}"
    thread = Thread(target=lambda: server.serve_forever(0.05), daemon=True)
    thread.start()
    try:
        yield shelf
    finally:
        server.shutdown()
        thread.join(60)
        server.server_close()
