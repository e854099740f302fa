import json

import pytest

from sidecar.simulator.failure import FAILURES, failure, failure_body


@pytest.mark.parametrize("status", sorted(FAILURES))
def test_every_failure_has_the_shape_that_clients_know(status: int) -> None:
    refused = failure(status)
    shown = json.loads(failure_body(refused, "req_1"))
    assert shown == {
        "type": "error",
        "error": {"type": str(FAILURES[status][0]), "message": FAILURES[status][1]},
        "request_id": "req_1",
    }
    assert refused.status == status


@pytest.mark.parametrize(
    ("status", "given", "expected", "note"),
    [
        (400, {}, {}, "a client's mistake says nothing about trying again"),
        (429, {}, {"retry-after": "1", "x-should-retry": "true"}, "come back soon"),
        (429, {"retry_after": "7"}, {"retry-after": "7", "x-should-retry": "true"}, "come back when told"),
        (529, {}, {"x-should-retry": "true"}, "overloaded is worth another try"),
        (529, {"final": True}, {"x-should-retry": "false"}, "unless it is final"),
    ],
)
def test_headers(status: int, given: dict[str, object], expected: dict[str, str], note: str) -> None:
    assert dict(failure(status, **given).headers) == expected, note


def test_an_unknown_status_is_an_internal_error_with_that_status() -> None:
    refused = failure(418, "short and stout")
    assert (refused.status, refused.code, refused.message) == (418, "api_error", "short and stout")
