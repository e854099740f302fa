"""One gate with a server behind it, for all tests of this folder."""

import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import ProtectedResourceMetadata

from sidecar.control.client import Client as Person
from sidecar.settings.load import load
from sidecar.simulator.serve import Options, start
from tests.gate import free_ports, minted, running
from tests.planted import planted
from tests.servers.server import Service, serving
from tests.token_endpoint import TokenGiver, giving, plain

POLICY = """
policy: servers
applies: {connections: [tickets, shop, guarded, personal, locked, found, issued, json, older]}
paths: ['GET /orders', 'POST /orders', 'GET /sse', 'POST /messages/', 'GET /headers', 'HEAD /headers']
limits: {session: {tools: {"mcp__*__find": 3}}}
rules:
  - {id: no-drops, where: [tool_call], match: {tool: 'drop.*'}, do: deny, say: "Nothing is dropped here."}
  - {id: no-zephyr, where: [tool_call, prompt], match: {regex: '(?i)project\\s+zephyr'}, do: deny, say: "Zephyr stays."}
  - {id: results, where: [tool_result, response], detect: [secret/*], do: mask}
  - {id: arguments, where: [tool_call, prompt], detect: [secret/*], do: mask}
  - {id: sends, where: [tool_call], match: {tool: send}, do: hold}
  - {id: hurried, where: [tool_call], match: {keywords: [hurry]}, do: hold, timeout: 5s}
  - {id: refunds, where: [prompt], match: {keywords: [refund]}, do: hold}
  - {id: lures, where: [tool_description], detect: [injection/*], do: deny, say: "It lures."}
  - {id: rug, where: [tool_description], match: {changed: true}, do: deny, say: "It changed."}
"""
LIVE = """
policy: live
applies: {connections: [live, brief]}
paths: ['GET /echo', 'GET /held', 'GET /forbidden', 'GET /nothing', 'GET /orders', 'POST /orders']
upgrades: [websocket]
rules:
  - {id: keys, detect: [secret/*], do: mask}
  - {id: asked, if: 'request.path == "/held"', match: {upgrade: [websocket]}, do: hold}
  - {id: never, if: 'request.path == "/forbidden"', match: {upgrade: [websocket]}, do: deny, say: "No socket here."}
"""
WATCHED = """
policy: watched
applies: {connections: [watched]}
paths: ['GET /echo']
rules:
  - {id: keys, detect: [secret/*], do: mask}
"""
AGENTS = """
policy: agents
applies: {connections: [claude]}
limits: {session: {tools: {"mcp__*__find": 3}}}
"""
CONFIG = """
listen: {address: 127.0.0.1, port: %(gate)d}
metrics: {port: %(metrics)d}
envoy: {admin_port: %(admin)d, drain: 1s}
control: {listen: {port: %(control)d}, gates: {port: %(gates)d}}
development: {identity: true}
connections:
  - {name: tickets, kind: mcp, url: "%(service)s/mcp", path: /mcp/tickets,
     credential: {header: authorization, prefix: "Bearer ", from: {file: upstream.key}}}
  - {name: older, kind: mcp, url: "%(service)s/older", credential: {from: {file: upstream.key}}}
  - {name: json, kind: mcp, url: "%(service)s/json/mcp", credential: {from: {file: upstream.key}}}
  - {name: shop, kind: http, url: "%(service)s", credential: {header: x-api-key, from: {file: upstream.key}}}
  - {name: claude, kind: claude, url: "%(claude)s", credential: {header: x-api-key, from: {file: upstream.key}}}
  - name: guarded
    kind: mcp
    url: "%(service)s/guarded/mcp"
    credential: {oauth: {token_url: "%(tokens)s", client_id: "gate one", client_secret: {file: client.secret}}}
  - name: personal
    kind: mcp
    url: "%(service)s/guarded/mcp"
    credential:
      oauth: {token_url: "%(tokens)s", client_id: "gate one", client_secret: {file: client.secret}, exchange: true}
  - name: locked
    kind: http
    url: "%(service)s/guarded"
    credential: {oauth: {token_url: "%(tokens)s", client_id: "gate one", client_secret: {file: wrong.secret}}}
  - name: live
    kind: http
    url: "%(service)s"
    credential: {header: x-api-key, from: {file: upstream.key}}
    upgrades: [websocket]
  - {name: brief, kind: http, url: "%(service)s", upgrades: [websocket], upgrade_timeout: 2s}
  - {name: watched, kind: http, url: "%(service)s", upgrades: [websocket]}
  - name: found
    kind: mcp
    url: "%(service)s/guarded/mcp"
    credential: {oauth: {discover: true, client_id: "gate one", client_secret: {file: client.secret}}}
  - name: issued
    kind: mcp
    url: "%(service)s/guarded/mcp"
    credential:
      oauth: {issuer: "%(issuer)s", client_id: "gate one", client_secret: {file: client.secret}, exchange: true}
policies: [policy.yaml, agents.yaml, live.yaml, watched.yaml]
"""


@dataclass(frozen=True)
class Gate:
    url: str
    folder: Path
    service: Service
    secret: str
    key: str
    control: str
    giver: TokenGiver
    metrics: str

    def token(self, subject: str = "ada") -> str:
        return minted(self.folder, subject)


@pytest.fixture(scope="session")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    folder, secret, key = tmp_path_factory.mktemp("servers"), planted("a server's")[0].value, secrets.token_hex(16)
    with serving(secret) as service, start(Options(api_key=key)) as simulator, giving(secrets.token_hex(16)) as giver:
        service.holder = giver.holder
        _say_where(service, giver)
        (folder / "client.secret").write_text(giver.secret)
        (folder / "wrong.secret").write_text(secrets.token_hex(16))
        (folder / "upstream.key").write_text(key)
        (folder / "policy.yaml").write_text(POLICY)
        (folder / "agents.yaml").write_text(AGENTS)
        (folder / "live.yaml").write_text(LIVE)
        (folder / "watched.yaml").write_text(WATCHED)
        ports = dict(zip(("gate", "metrics", "admin", "control", "gates"), free_ports(5), strict=True))
        places = {"service": service.url, "claude": simulator.url, "tokens": giver.url, "issuer": giver.origin}
        (folder / "gatehouse.yaml").write_text(CONFIG % (ports | places))
        with running(folder):
            at = "http://127.0.0.1:%d"
            url, metrics, control = (at % ports[name] for name in ("gate", "metrics", "control"))
            yield Gate(url, folder, service, secret, key, control, giver, f"{metrics}/metrics")


def _say_where(service: Service, giver: TokenGiver) -> None:
    """Server and issuer, of themselves; the server's document as the protocol's own library writes it."""
    own = ProtectedResourceMetadata.model_validate(
        {"resource": f"{service.url}/guarded/mcp", "authorization_servers": [giver.origin]}
    )
    said = own.model_dump(mode="json", exclude_none=True)
    service.pages["/.well-known/oauth-protected-resource/guarded/mcp"] = said
    giver.pages["/.well-known/openid-configuration"] = plain({"issuer": giver.origin, "token_endpoint": giver.url})


Connect = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture(scope="session")
def tokens(gate: Gate) -> dict[str, str]:
    return {name: gate.token(name) for name in ("ada", "eve")}


@pytest.fixture
def connect(gate: Gate, tokens: dict[str, str]) -> Connect:
    """The protocol's own client. `mode`: `legacy` is the handshake of the revisions until 2025-11-25."""

    @asynccontextmanager
    async def made(
        mode: str = "legacy", path: str = "/c/tickets", who: str = "ada", **more: object
    ) -> AsyncIterator[Client]:
        headers = {"authorization": f"Bearer {tokens[who]}"}
        async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
            transport = streamable_http_client(gate.url + path, http_client=http)
            async with Client(transport, mode=mode, **more) as client:  # type: ignore[arg-type]
                yield client

    return made


@pytest.fixture
def person(gate: Gate) -> Iterator[Person]:
    """The owner of this machine's control plane."""
    key = load(gate.folder / "gatehouse.yaml").control_plane.owner_key
    with Person(gate.control, lambda: key.read_text().strip()) as one:
        yield one
