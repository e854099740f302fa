"""Keys and addresses, where nothing can be masked; every endpoint; the limits of a caller."""

import json

import pytest

from sidecar.core.exchange.commands import Forward, Respond
from sidecar.core.model.caller import Caller
from tests.unit.core.exchange.building import (
    KEY,
    Call,
    ask,
    encoded,
    gate,
    request,
)

DENIES = "\n  - {id: no-keys, detect: ['secret/*'], do: deny, say: No keys here.}\n"
SIMPLE = encoded(request("hello"))


class TestKeysAndAddresses:
    """Where nothing can be masked, a mask is a denial."""

    @pytest.mark.parametrize(
        ("note", "body"),
        [
            ("a key of a tool's input", request("hi", [{"type": "tool_use", "name": "x", "input": {KEY: 1}}])),
            ("a key at the top", {**request("hi"), KEY: 1}),
            ("a property of a schema", request("hi", tools=[{"name": "x", "input_schema": {"properties": {KEY: {}}}}])),
        ],
    )
    def test_a_key(self, note: str, body: object) -> None:
        call = ask(gate(), body)
        assert call.reply.status == 400
        assert "cannot be masked" in call.error["message"]
        assert KEY not in repr(call.said) + json.dumps(call.fact)

    @pytest.mark.parametrize(
        ("path", "method"),
        [
            (f"/v1/messages?beta=true&note={KEY}", "POST"),
            (f"/v1/messages?{KEY}", "POST"),
            ("/v1/messages?x=" + "".join(f"%{ord(letter):02X}" for letter in KEY), "POST"),
            (f"/v1/models/{KEY}", "GET"),
            (f"/v1/messages/batches/{KEY}/results", "GET"),
        ],
    )
    def test_an_address(self, path: str, method: str) -> None:
        call = ask(gate(), request("hi") if method == "POST" else None, path, method=method)
        assert call.reply.status == 400
        assert KEY not in repr(call.said) + json.dumps(call.fact)

    def test_a_harmless_query_goes_on_as_it_is(self) -> None:
        assert ask(gate(), SIMPLE, "/v1/messages?beta=true&x=a%20b").forward.path == "/v1/messages?beta=true&x=a%20b"


class TestEndpoints:
    @pytest.mark.parametrize(
        ("method", "path"),
        [("GET", "/v1/models"), ("GET", "/v1/models/claude-x"), ("GET", "/v1/messages/batches?limit=2")],
    )
    def test_without_a_body(self, method: str, path: str) -> None:
        forward = ask(gate(), None, path, method=method).forward
        assert forward.body is None
        assert "content-length" not in dict(forward.set)

    @pytest.mark.parametrize(("method", "body"), [("GET", b"{}"), ("HEAD", b"")])
    @pytest.mark.parametrize("path", ["/", "/api/hello", "/c/claude/api/hello"])
    def test_a_probe_is_answered_here(self, method: str, path: str, body: bytes) -> None:
        call = ask(gate(), None, path, method=method)
        assert (call.reply.status, call.reply.body) == (200, body)
        assert call.fact["endpoint"] == "probe"

    def test_counting_tokens_is_masked_like_a_message(self) -> None:
        """Or the count is wrong, and the secret outside."""
        one, two = (ask(gate(), request(KEY), path) for path in ("/v1/messages", "/v1/messages/count_tokens"))
        assert one.forward.body == two.forward.body

    def test_one_bad_request_denies_a_whole_batch(self) -> None:
        batch = {"requests": [{"custom_id": f"c{i}", "params": request(text)} for i, text in enumerate(("a", KEY))]}
        call = ask(gate(DENIES), batch, "/v1/messages/batches")
        assert call.reply.status == 400
        assert call.fact["findings"][0]["path"] == "requests[1].params.messages[0].content"
        assert ask(gate(), batch, "/v1/messages/batches").forward.body is not None

    def test_a_policy_allows_a_path_by_name(self) -> None:
        world = gate(head="paths: ['GET /v1/files*']")
        assert ask(world, None, "/v1/files/file_1", method="GET").forward.path == "/v1/files/file_1"
        for method, path in (("POST", "/v1/files"), ("GET", "/v1/files/../messages"), ("GET", "/v1/skills")):
            assert ask(world, None, path, method=method).reply.status == 404

    def test_what_a_policy_allows_is_judged_all_the_same(self) -> None:
        world = gate(head="paths: ['/v1/notes']")
        forward = ask(world, {"note": KEY}, "/v1/notes").forward
        assert KEY.encode() not in (forward.body or b"")


class TestLimits:
    def test_requests_per_minute(self) -> None:
        world = gate(head="limits: {requests_per_minute: 2}")
        assert [type(ask(world, SIMPLE).said[-1]) for _ in range(3)] == [Forward, Forward, Respond]
        call = ask(world, SIMPLE)
        assert call.reply.status == 429
        assert call.error["type"] == "rate_limit_error"
        assert int(dict(call.reply.headers)["retry-after"]) > 0
        later = Call(world, at=1062.0).ask(SIMPLE).recorded()
        assert later.forward
        assert ask(world, SIMPLE, caller=Caller("bob", "company")).forward, "each caller has a minute of their own"

    @pytest.mark.parametrize(
        ("head", "fields"),
        [
            ("limits: {models: ['claude-haiku*']}", {}),
            ("limits: {max_tokens: 50}", {}),
            ("limits: {prompt_tokens: 5}", {"system": "many words " * 20}),
        ],
    )
    def test_of_one_request(self, head: str, fields: dict[str, object]) -> None:
        call = ask(gate(head=head), request("hi", **fields))
        assert call.reply.status == 400
        assert dict(call.reply.headers)["x-gatehouse-rule"].startswith("limits.")
