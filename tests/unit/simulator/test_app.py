import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.simulator.app import LARGEST, Api, respond
from sidecar.simulator.recording import Received, Recording, read_recording
from sidecar.simulator.world import Access, World

KEYS = (
    "model", "max_tokens", "messages", "system", "tools", "role", "content", "type", "text", "id", "name", "input",
    "tool_use_id", "thinking", "signature", "metadata", "user_id", "cache_control", "requests", "custom_id", "params",
)  # fmt: skip
BODY = {"model": "claude-test", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    recording = Recording(tmp_path / "record.jsonl")
    transport = httpx.ASGITransport(Api(World(Access(), seed="s"), recording))
    async with httpx.AsyncClient(transport=transport, base_url="http://sim", headers=HEADERS) as client:
        yield client
    recording.close()


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "holds", "note"),
    [
        ("POST", "/v1/messages", BODY, 200, '"type": "message"', "an answer"),
        ("POST", "/v1/messages?beta=true", BODY, 200, '"type": "message"', "with a query"),
        ("POST", "/v1/messages", BODY | {"stream": True}, 200, "event: message_stop", "a stream"),
        ("POST", "/v1/messages/count_tokens", BODY, 200, "input_tokens", "counting"),
        ("POST", "/v1/messages/batches", {"requests": [{"custom_id": "a", "params": BODY}]}, 200, '"ended"', "a batch"),
        ("GET", "/v1/messages/batches", None, 200, '"data": []', "no batches yet"),
        ("GET", "/v1/messages/batches/none", None, 404, "not_found_error", "a batch that is not there"),
        ("GET", "/v1/models", None, 200, "claude-opus", "models"),
        ("GET", "/v1/models/claude-x", None, 200, '"id": "claude-x"', "one model"),
        ("GET", "/v1/models/gpt", None, 404, "model: gpt", "a model of others"),
        ("HEAD", "/", None, 200, "", "a probe"),
        ("GET", "/api/hello", None, 200, "", "another"),
        ("HEAD", "/api/hello", None, 200, "", "the one that Claude Code makes"),
        ("GET", "/simulator/complaints", None, 200, '"complaints": []', "no complaints"),
        ("GET", "/v1/messages", None, 404, "Not found", "a wrong method"),
        ("POST", "/v2/messages", BODY, 404, "Not found", "a wrong path"),
    ],
)
async def test_paths(
    client: httpx.AsyncClient, method: str, path: str, body: object, status: int, holds: str, note: str
) -> None:
    answer = await client.request(method, path, json=body)
    assert answer.status_code == status, note
    assert holds in answer.text, note
    assert answer.headers["request-id"].startswith("req_")
    assert answer.headers["anthropic-ratelimit-requests-remaining"]


async def test_a_key_is_needed_for_all_but_probes(client: httpx.AsyncClient) -> None:
    del client.headers["x-api-key"]
    for path, status in {"/v1/models": 401, "/": 200, "/api/hello": 200, "/simulator/complaints": 200}.items():
        assert (await client.get(path)).status_code == status


async def test_batches_can_be_fetched(client: httpx.AsyncClient) -> None:
    made = (await client.post("/v1/messages/batches", json={"requests": [{"custom_id": "a", "params": BODY}]})).json()
    assert (await client.get(f"/v1/messages/batches/{made['id']}")).json() == made
    assert [batch["id"] for batch in (await client.get("/v1/messages/batches")).json()["data"]] == [made["id"]]
    lines = (await client.get(made["results_url"])).text.splitlines()
    assert json.loads(lines[0])["result"]["message"]["role"] == "assistant"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=5), st.sampled_from(["", "/count_tokens", "/batches"]))
def test_anything_is_answered_or_refused(body: dict[str, object], path: str) -> None:
    """A known good request with anything laid over it."""
    raw = json.dumps({**BODY, **body} if path != "/batches" else body).encode()
    answer = respond(World(Access(), seed="s"), Received("POST", f"/v1/messages{path}", tuple(HEADERS.items()), raw))
    assert getattr(answer, "status_code", 200) in {200, 400, 404}


@pytest.mark.parametrize("depth", [100, 400, 900, 20_000])
def test_any_depth_is_answered_or_refused(depth: int) -> None:
    deep = "[" * depth + "]" * depth
    raw = json.dumps(BODY)[:-1] + f', "tools": [{{"name": "a", "input_schema": {deep}}}]}}'
    answer = respond(World(Access(), seed="s"), Received("POST", "/v1/messages", tuple(HEADERS.items()), raw.encode()))
    assert getattr(answer, "status_code", 200) in ({200} if depth == 100 else {200, 400})


async def test_too_large(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/messages", content=b" " * (LARGEST + 1))
    assert (answer.status_code, answer.json()["error"]["type"]) == (413, "request_too_large")


async def test_everything_is_recorded_before_it_is_judged(client: httpx.AsyncClient, tmp_path: Path) -> None:
    await client.post("/nowhere?x=1", content=b"\x00\xff", headers={"x-odd": "1"})
    await client.get("/v1/models")
    first, second = read_recording(tmp_path / "record.jsonl")
    assert (first.method, first.path, first.body, first.header("x-odd")) == ("POST", "/nowhere?x=1", b"\x00\xff", "1")
    assert (second.method, second.path, second.body) == ("GET", "/v1/models", b"")


async def test_nothing_but_http() -> None:
    async def unused(*_: object) -> None:
        raise AssertionError

    with pytest.raises(RuntimeError, match="websocket"):
        await Api(World(Access()))({"type": "websocket"}, unused, unused)
