"""`/v1/anchors`: checkpoints in and out, behind the guard that asks for the link key."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sidecar.control.desk.anchors import Anchors
from sidecar.control.gates.anchor_routes import routes
from sidecar.control.store.store import Store

LINE = b'{"chain":"a","count":1,"signature":"00"}'


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[TestClient]:
    store = await Store.open(f"sqlite://{tmp_path}/control.sqlite")
    yield TestClient(Starlette(routes=routes(Anchors(store))))
    await store.close()


def test_in_and_out(client: TestClient) -> None:
    assert client.post("/v1/anchors", content=LINE + b"\n").status_code == 204
    assert client.get("/v1/anchors").content == LINE + b"\n"
    assert client.get("/v1/anchors", params={"chain": "a", "after": "1"}).content == b""


@pytest.mark.parametrize(("body", "status"), [(b"", 400), (b"nonsense", 400), (b"x" * 20_000, 413)])
def test_what_is_no_checkpoint(client: TestClient, body: bytes, status: int) -> None:
    answer = client.post("/v1/anchors", content=body)
    assert (answer.status_code, "a checkpoint" in answer.text) == (status, True)


def test_what_is_no_number(client: TestClient) -> None:
    assert client.get("/v1/anchors", params={"chain": "a", "after": "x"}).status_code == 400
