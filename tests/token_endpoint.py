"""A token endpoint for tests: client credentials and token exchange, over HTTP, and it can be away. What else is asked
there is answered from `pages`."""

import asyncio
import base64
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from secrets import token_hex
from urllib.parse import parse_qsl, unquote_plus

import jwt
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.certificates import Issued

CLIENT = "gate one"  # with a space: the encoding of RFC 6749, 2.3.1 must be right
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


@dataclass
class TokenGiver:
    """`given`: whom each token was made for. `instead`: the answer to everything."""

    port: int
    secret: str
    lasts: float = 600.0
    asked: list[dict[str, str]] = field(default_factory=list)
    given: dict[str, str] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    key: object = None  # that proves the client
    instead: Response | None = None
    shows: Issued | None = None  # its certificate, if it speaks TLS
    pages: dict[str, Response] = field(default_factory=dict)
    looked: list[str] = field(default_factory=list)
    _server: uvicorn.Server | None = None
    _thread: threading.Thread | None = None

    @property
    def origin(self) -> str:
        return f"http{'s' if self.shows else ''}://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.origin}/token"

    @property
    def away(self) -> bool:
        return self._server is None

    def holder(self, authorization: str) -> str | None:
        """Whose token it is, if it is one that counts."""
        token = authorization.removeprefix("Bearer ")
        return None if token in self.revoked else self.given.get(token)

    async def answer(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        client, secret = self._proved(form) or _client(request.headers, form)
        self.asked.append({**form, "client": client})
        if self.instead is not None:
            return self.instead
        if (client, secret) != (CLIENT, self.secret):
            return JSONResponse({"error": "invalid_client", "error_description": f"not {secret}"}, 401)
        holder = client
        if form["grant_type"] == EXCHANGE:
            holder = jwt.decode(form["subject_token"], options={"verify_signature": False})["sub"]
        token = f"up-{token_hex(16)}"
        self.given[token] = holder
        return JSONResponse({"access_token": token, "token_type": "bearer", "expires_in": self.lasts})

    async def page(self, request: Request) -> Response:
        self.looked.append(request.url.path)
        return self.pages.get(request.url.path, plain({"error": "nothing here"}, 404))

    def _proved(self, form: Mapping[str, str]) -> tuple[str, str] | None:
        """By a key: then it need not know the secret."""
        if "client_assertion" not in form:
            return None
        claims = jwt.decode(form["client_assertion"], self.key, ["ES256"], audience=self.url)  # type: ignore[arg-type]
        return claims["sub"], self.secret

    def start(self) -> None:
        taken = socket.create_server(("127.0.0.1", self.port))
        self.port = taken.getsockname()[1]
        app = Starlette(routes=[Route("/token", self.answer, methods=["POST"]), Route("/{path:path}", self.page)])
        config = uvicorn.Config(
            app,
            log_level="critical",
            lifespan="off",
            timeout_graceful_shutdown=1,
            ssl_certfile=self.shows.certificate if self.shows else None,
            ssl_keyfile=str(self.shows.key) if self.shows else None,
        )
        self._server = server = uvicorn.Server(config)
        self._thread = threading.Thread(target=lambda: asyncio.run(server.serve([taken])), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """From now on nobody answers there."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(10)
            self._server = None


def _client(headers: Mapping[str, str], form: Mapping[str, str]) -> tuple[str, str]:
    kind, _, encoded = headers.get("authorization", "").partition(" ")
    if kind != "Basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    name, _, secret = base64.b64decode(encoded).decode().partition(":")
    return unquote_plus(name), unquote_plus(secret)


@contextmanager
def giving(secret: str, shows: Issued | None = None) -> Iterator[TokenGiver]:
    giver = TokenGiver(0, secret, shows=shows)
    giver.start()
    try:
        yield giver
    finally:
        giver.stop()


def plain(said: object, status: int = 200) -> Response:
    return Response(json.dumps(said), status, media_type="application/json")
