"""Servers that want a token of their own: the gate fetches it, per connection or per caller, and nobody sees it."""

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.polling import until
from tests.servers.conftest import Connect, Gate
from tests.token_endpoint import CLIENT

START = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
FIRST = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": START}
ACCEPT = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18"}


@pytest.fixture(autouse=True)
def _present(gate: Gate) -> Iterator[None]:
    yield
    gate.giver.lasts = 600.0
    if gate.giver.away:
        gate.giver.start()


def begin(gate: Gate, connection: str, token: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}", **ACCEPT}
    return httpx.post(f"{gate.url}/c/{connection}", headers=headers, json=FIRST, timeout=30)


def works(answer: httpx.Response) -> bool:
    return answer.status_code == 200 and '"serverInfo"' in answer.text


async def test_the_gates_own_token_serves_all(connect: Connect, gate: Gate) -> None:
    asked, served = len(gate.giver.asked), len(gate.service.served)
    for who in ("ada", "eve"):
        async with connect(path="/c/guarded", who=who) as client:
            assert not (await client.call_tool("find", {"query": "x"})).is_error
    assert set(gate.service.served[served:]) == {CLIENT}
    assert len(gate.giver.asked) <= asked + 1
    assert gate.giver.asked[-1]["grant_type"] == "client_credentials"


async def test_each_caller_is_themselves_to_the_server(connect: Connect, gate: Gate, tokens: dict[str, str]) -> None:
    before = len(gate.giver.asked)
    for who in ("ada", "eve", "ada"):
        served = len(gate.service.served)
        async with connect(path="/c/personal", who=who) as client:
            assert not (await client.call_tool("find", {"query": "x"})).is_error
        assert set(gate.service.served[served:]) == {who}
    exchanged = [one for one in gate.giver.asked[before:] if "subject_token" in one]
    assert len(exchanged) <= 2, "each once at most"
    head = gate.service.heads[-1]
    assert not any(name.startswith("x-gatehouse-") for name in head)
    assert not any(token in json.dumps(head) for token in tokens.values())


async def test_the_server_says_where_its_tokens_are(connect: Connect, gate: Gate) -> None:
    served = len(gate.service.served)
    async with connect(path="/c/found") as client:
        assert not (await client.call_tool("find", {"query": "x"})).is_error
    assert set(gate.service.served[served:]) == {CLIENT}
    (asked,) = [one for one in gate.giver.asked if "resource" in one]
    assert asked["resource"] == f"{gate.service.url}/guarded/mcp"


async def test_the_issuer_says_where_callers_tokens_are_exchanged(connect: Connect, gate: Gate) -> None:
    served = len(gate.service.served)
    async with connect(path="/c/issued", who="eve") as client:
        assert not (await client.call_tool("find", {"query": "x"})).is_error
    assert set(gate.service.served[served:]) == {"eve"}


def test_nobody_names_another_persons_token_as_their_own(gate: Gate, tokens: dict[str, str]) -> None:
    forged = {"x-gatehouse-own-authorization": f"Bearer {tokens['ada']}", "x-gatehouse-own-key": tokens["ada"]}
    headers = {"authorization": f"Bearer {tokens['eve']}", **forged, **ACCEPT}
    assert works(httpx.post(f"{gate.url}/c/personal", headers=headers, json=FIRST, timeout=30))
    assert gate.service.served[-1] == "eve"


async def test_a_token_that_ends_is_followed_by_another(gate: Gate) -> None:
    gate.giver.lasts = 1.0
    token, given = gate.token("tom"), len(gate.giver.given)
    await until(lambda: works(begin(gate, "personal", token)) and len(gate.giver.given) >= given + 3)


def test_a_token_that_the_server_refuses_is_dropped(gate: Gate) -> None:
    token = gate.token("ina")
    assert works(begin(gate, "personal", token))
    used = gate.service.heads[-1]["authorization"].removeprefix("Bearer ")
    gate.giver.revoked.add(used)
    answer = begin(gate, "personal", token)
    assert "does not accept the gate's credential" in answer.json()["error"]["message"]
    assert "www-authenticate" not in answer.headers
    assert works(begin(gate, "personal", token))


async def test_while_the_endpoint_is_away_calls_are_refused_and_then_go_on(gate: Gate) -> None:
    token, served = gate.token("uma"), len(gate.service.served)
    gate.giver.stop()
    for _ in range(2):
        error = begin(gate, "personal", token).json()["error"]
        assert error["code"] == -32030
        assert error["message"].startswith("No token for connection 'personal': the token endpoint cannot be reached")
    assert len(gate.service.served) == served, "nothing reached the server"
    gate.giver.start()
    await until(lambda: works(begin(gate, "personal", token)))


def test_a_wrong_secret_is_said_in_the_words_of_the_connection(gate: Gate, tokens: dict[str, str]) -> None:
    answer = httpx.get(f"{gate.url}/c/locked/orders", headers={"authorization": f"Bearer {tokens['ada']}"}, timeout=30)
    assert answer.status_code == 502
    assert answer.headers["x-should-retry"] == "false"
    message = answer.json()["error"]["message"]
    assert message.startswith("No token for connection 'locked'")
    assert "invalid_client: check client_id, client_secret or client_key, and auth" in message
    metrics = httpx.get(gate.metrics, timeout=30).text
    assert 'gatehouse_oauth_fetches_total{connection="locked",outcome="refused"}' in metrics
    assert 'gatehouse_oauth_oldest_token_seconds{connection="guarded"}' in metrics


def test_no_token_is_at_rest_or_told(gate: Gate, tokens: dict[str, str]) -> None:
    for connection in ("guarded", "personal"):
        assert works(begin(gate, connection, tokens["ada"]))
    refused = httpx.get(f"{gate.url}/c/locked/orders", headers={"authorization": f"Bearer {tokens['ada']}"}, timeout=30)
    assert refused.status_code == 502
    wrong = (gate.folder / "wrong.secret").read_text()
    forbidden = [*gate.giver.given, gate.giver.secret, wrong]
    forbidden += [token.rpartition(".")[2] for token in tokens.values()]
    assert len(gate.giver.given) >= 2
    needles = [one.encode() for one in forbidden]
    places = {"metrics": httpx.get(gate.metrics, timeout=30).content}
    for file in gate.folder.rglob("*"):
        if file.is_file() and not file.name.endswith(".secret"):
            places[str(file)] = file.read_bytes()
    assert any(b"No token for connection" in data for data in places.values()), "the record says why calls were refused"
    found = [(place, needle) for place, data in places.items() for needle in needles if needle in data]
    assert found == []
