"""The web side, put together: who may reach what, and nothing that nobody placed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from sidecar.control.desk.anchors import Anchors
from sidecar.control.desk.blocks import Blocks
from sidecar.control.desk.tickets import Tickets
from sidecar.control.store.store import Store
from sidecar.processes.console import Desk, Keys, composed, new_http
from sidecar.processes.console_questions import RecordQuestions
from sidecar.settings.load import load
from sidecar.telemetry.health import Health
from tests.people import Kept

LINE = b'{"chain":"a","count":1,"signature":"00"}'


CONFIG = """
development: {identity: true}
control: {url: "http://127.0.0.1:15090", sign_in: {provider: company, client_id: console}}
identity: {exchange: {from: [{name: company, kind: oidc, issuer: "https://id.example.com", audiences: [cli]}]}}
"""


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[TestClient]:
    (tmp_path / "gatehouse.yaml").write_text(CONFIG)
    settings = load(tmp_path / "gatehouse.yaml", {})
    store, trail = await Store.open(f"sqlite://{tmp_path}/control.sqlite"), Kept()
    desk = Desk(store, Tickets(store, trail), Blocks(store, trail), Anchors(store), trail)
    health = Health(("database",), lambda: b"numbers\n")
    async with new_http() as http:
        app = composed(
            settings, desk, health, Keys("link", "owner"), http, {}, RecordQuestions(settings), asyncio.Event()
        )
        yield TestClient(app, base_url=settings.control)
    await store.close()


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def test_health_is_for_everybody(client: TestClient) -> None:
    assert client.get("/healthz").status_code == 200
    assert (client.get("/readyz").status_code, client.get("/metrics").text) == (503, "numbers\n")


def test_anchors_are_for_data_planes(client: TestClient) -> None:
    assert client.post("/v1/anchors", content=LINE, headers=bearer("link")).status_code == 204
    assert client.get("/v1/anchors", headers=bearer("link")).content == LINE + b"\n"
    for key in ("owner", "wrong", ""):
        assert client.post("/v1/anchors", content=LINE, headers=bearer(key)).status_code in (401, 403)


def test_the_api_is_for_people(client: TestClient) -> None:
    assert client.get("/v1/approvals", headers=bearer("owner")).status_code == 200
    assert client.get("/v1/approvals", headers=bearer("link")).status_code == 401
    assert client.get("/v1/approvals").status_code == 401


def test_pages_are_for_people_who_signed_in(client: TestClient) -> None:
    for path in ("/live", "/sessions", "/policies", "/evidence"):
        answer = client.get(path, headers={"accept": "text/html"}, follow_redirects=False)
        assert answer.status_code in (303, 401, 403), path


def test_the_document_lists_every_operation_that_is_served(client: TestClient) -> None:
    assert isinstance(client.app, Starlette)
    routes = [one for one in client.app.routes if isinstance(one, Route) and one.path.startswith("/v1/")]
    served = {(method, one.path) for one in routes for method in (one.methods or set()) - {"HEAD"}}
    paths = client.get("/openapi.json").json()["paths"]
    assert {(method.upper(), path) for path, methods in paths.items() for method in methods} == served
    assert {("POST", "/v1/token"), ("GET", "/v1/anchors"), ("GET", "/v1/approvals")} <= served
