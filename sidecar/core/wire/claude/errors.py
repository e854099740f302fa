"""A refusal in the provider's own words, so that every client of the Messages API can show it.

Strategy: status and type come from `Refused`; the rest is a table of what a client may try again.

Rules: the official clients retry 408, 409, 429 and everything from 500 unless told otherwise, and some retry more. So
what can never succeed says `x-should-retry: false`, and the rest says nothing: their own waiting is better than ours.
"""

import json

from sidecar.core.errors import Code, Refused
from sidecar.core.model.http import Headers

_MAY_SUCCEED_LATER = frozenset({408, 409, 429})


def error_body(code: Code, message: str, request_id: str | None = None) -> bytes:
    """`request_id` is left out where there is none: the provider does so inside a stream."""
    body: dict[str, object] = {"type": "error", "error": {"type": code.value, "message": message}}
    if request_id is not None:
        body["request_id"] = request_id
    return json.dumps(body, separators=(",", ":")).encode()


def error_response(refused: Refused, exchange_id: str) -> tuple[int, Headers, bytes]:
    """Status, headers and body. What `refused.headers` says (`retry-after`, say) replaces what stands here."""
    body = error_body(refused.code, refused.message, exchange_id)
    headers = {"content-type": "application/json", "content-length": str(len(body)), "request-id": exchange_id}
    if refused.status < 500 and refused.status not in _MAY_SUCCEED_LATER:
        headers["x-should-retry"] = "false"
    if refused.rule is not None:
        headers["x-gatehouse-rule"] = refused.rule
    headers |= {name.lower(): value for name, value in refused.headers.items()}
    return refused.status, tuple(headers.items()), body
