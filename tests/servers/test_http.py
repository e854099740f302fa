"""Plain HTTP through the gate."""

from collections.abc import Iterator

import httpx
import pytest

from tests.servers.conftest import Gate


@pytest.fixture
def client(gate: Gate, tokens: dict[str, str]) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {tokens['ada']}"}
    with httpx.Client(base_url=f"{gate.url}/c/shop", headers=headers, timeout=15) as client:
        yield client


def test_what_a_policy_opened_passes_and_is_masked(gate: Gate, client: httpx.Client) -> None:
    answer = client.post("/orders", json={"note": f"use {gate.secret}"})
    assert answer.status_code == 200
    assert answer.json()["order"] == 7
    assert gate.secret not in answer.text
    assert gate.secret.encode() not in gate.service.bodies[-1]
    assert gate.service.heads[-1]["x-api-key"] == gate.key
    form = client.post("/orders", data={"a": "b c", "note": gate.secret})
    assert form.status_code == 200
    assert gate.service.bodies[-1].startswith(b"a=b+c&note=%5B")


REFUSED = (
    ("another path", {"method": "GET", "url": "/admin"}, 403, "No policy allows"),
    ("another method", {"method": "DELETE", "url": "/orders"}, 403, "No policy allows"),
    ("what a rule minds", {"method": "POST", "url": "/orders", "json": {"a": "project zephyr"}}, 403, "Zephyr stays."),
    ("a body nobody reads", {"method": "POST", "url": "/orders", "files": {"f": b"x"}}, 415, "multipart/form-data"),
)


@pytest.mark.parametrize(("how", "status", "why"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_anything_else_does_not(gate: Gate, client: httpx.Client, how: dict, status: int, why: str) -> None:  # type: ignore[type-arg]
    before = len(gate.service.heads)
    answer = client.request(**how)
    assert answer.status_code == status
    assert why in answer.json()["error"]["message"]
    assert len(gate.service.heads) == before


def test_a_websocket_is_refused(gate: Gate, client: httpx.Client) -> None:
    before = len(gate.service.heads)
    upgrade = {
        "connection": "upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "eA==",
    }
    assert client.get("/orders", headers=upgrade).status_code == 403
    assert len(gate.service.heads) == before


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_headers_of_an_answer_are_masked(gate: Gate, client: httpx.Client, method: str) -> None:
    names = ("set-cookie", "x-note", "set-cookie", "content-disposition")
    answer = client.request(method, "/headers", params=[("name", name) for name in names])
    assert answer.status_code == 200
    assert gate.secret not in str(answer.headers.multi_items())
    first, second, last = answer.headers.get_list("set-cookie")
    assert (first, last) == (second, "last=1")
    assert first.startswith("a=[")
    assert first.endswith("]; b=%41")
    assert answer.headers["x-note"] == answer.headers["content-disposition"] == first


@pytest.mark.parametrize("name", ["trailer", "te", "upgrade", "keep-alive", "connection", "proxy-connection"])
def test_no_header_of_one_hop_carries_anything(gate: Gate, client: httpx.Client, name: str) -> None:
    answer = client.get("/headers", params={"name": name})
    assert gate.secret not in str(answer.headers.multi_items()) + answer.text
    assert "last=1" not in answer.headers.get_list("set-cookie") or answer.status_code == 200
