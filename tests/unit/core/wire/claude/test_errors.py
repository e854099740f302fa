"""Refusals in the provider's shape, and what a client may try again."""

import json

import anthropic
import httpx2
import pytest

from sidecar.core.errors import Code, Refused
from sidecar.core.wire.claude.errors import error_body, error_response


def test_body_inside_a_stream_and_out():
    assert json.loads(error_body(Code.API, 'a "b" é')) == {
        "type": "error",
        "error": {"type": "api_error", "message": 'a "b" é'},
    }
    assert json.loads(error_body(Code.API, "a", "x1"))["request_id"] == "x1"


RESPONSES = [
    (
        "denied by a rule",
        Refused(400, Code.INVALID_REQUEST, "no", rule="r1"),
        {"x-should-retry": "false", "x-gatehouse-rule": "r1"},
    ),
    ("permission", Refused(403, Code.PERMISSION, "no"), {"x-should-retry": "false"}),
    ("token", Refused(401, Code.AUTHENTICATION, "no"), {"x-should-retry": "false"}),
    ("path", Refused(404, Code.NOT_FOUND, "no"), {"x-should-retry": "false"}),
    ("size", Refused(413, Code.TOO_LARGE, "no"), {"x-should-retry": "false"}),
    (
        "encoding",
        Refused(415, Code.INVALID_REQUEST, "no", headers={"Accept-Encoding": "gzip"}),
        {"x-should-retry": "false", "accept-encoding": "gzip"},
    ),
    ("rate", Refused(429, Code.RATE_LIMIT, "no", headers={"retry-after": "7"}), {"retry-after": "7"}),
    (
        "a rate that will not change today",
        Refused(429, Code.RATE_LIMIT, "no", headers={"x-should-retry": "false"}),
        {"x-should-retry": "false"},
    ),
    ("our bug", Refused(500, Code.API, "no"), {}),
    ("upstream", Refused(502, Code.API, "no"), {}),
    ("record", Refused(503, Code.API, "no"), {}),
    ("overloaded", Refused(529, Code.OVERLOADED, "no"), {}),
]


@pytest.mark.parametrize(("note", "refused", "special"), RESPONSES, ids=[row[0] for row in RESPONSES])
def test_response(note, refused, special):
    status, headers, body = error_response(refused, "x1")
    assert status == refused.status
    usual = {"content-type": "application/json", "content-length": str(len(body)), "request-id": "x1"}
    assert dict(headers) == usual | special
    assert json.loads(body)["error"] == {"type": refused.code.value, "message": "no"}


@pytest.mark.parametrize(("status", "tries"), [(400, 1), (403, 1), (413, 1), (429, 3), (503, 3)])
def test_the_official_client_understands(status, tries):
    asked = []

    def upstream(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        refused = Refused(status, Code.INVALID_REQUEST, "Blocked by policy.", headers={"retry-after-ms": "1"})
        code, headers, body = error_response(refused, "x1")
        return httpx2.Response(code, headers=headers, content=body)

    client = anthropic.Anthropic(api_key="k", http_client=httpx2.Client(transport=httpx2.MockTransport(upstream)))
    with pytest.raises(anthropic.APIStatusError, match="Blocked by policy") as caught:
        client.messages.create(model="m", max_tokens=1, messages=[{"role": "user", "content": "x"}])
    assert caught.value.request_id == "x1"
    assert len(asked) == tries
