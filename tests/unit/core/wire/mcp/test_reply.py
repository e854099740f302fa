"""What the gate says in the place of a server."""

import json

import pytest
from mcp.types import CallToolResult
from mcp_types import JSONRPCError, JSONRPCNotification, JSONRPCResponse

from sidecar.core.errors import Code, Refused
from sidecar.core.wire.mcp import reply
from sidecar.core.wire.sse import SseReader

DENIED = Refused(400, Code.INVALID_REQUEST, "Blocked by policy rule no: Not here. (exchange gx)", rule="no")


def test_a_call_that_may_not_run_is_a_result_that_the_model_reads() -> None:
    status, headers, body = reply.response(DENIED, "tools/call", 7, "gx")
    said = JSONRPCResponse.model_validate_json(body)
    result = CallToolResult.model_validate(said.result)
    assert (status, said.id, result.is_error) == (200, 7, True)
    assert result.content[0].text == DENIED.message
    assert dict(headers)["content-length"] == str(len(body))
    assert dict(headers)["x-gatehouse-rule"] == "no"


def test_any_other_request_gets_an_error_with_its_id() -> None:
    status, _, body = reply.response(DENIED, "resources/read", "abc", "gx")
    said = JSONRPCError.model_validate_json(body)
    assert (status, said.id, said.error.code, said.error.message) == (200, "abc", reply.POLICY, DENIED.message)
    assert said.error.data == {"exchange": "gx", "rule": "no"}


def test_what_is_not_about_the_request_keeps_its_status() -> None:
    for status in (401, 404, 503):
        refused = Refused(status, Code.API, "no", headers={"Retry-After": "5", "x-should-retry": "false"})
        told, headers, body = reply.response(refused, "tools/list", 1, "gx")
        assert told == status
        assert dict(headers)["retry-after"] == "5"
        assert "x-should-retry" not in dict(headers)
        assert json.loads(body)["error"]["data"] == {"exchange": "gx"}


def test_without_an_id_it_is_an_error_of_http() -> None:
    status, _, body = reply.response(DENIED, "tools/call", None, "gx")
    assert status == 400
    assert json.loads(body)["id"] is None


def test_in_a_stream_it_is_an_event() -> None:
    (event,) = SseReader().feed(reply.event(reply.notice("a line\nand \u2028 another")))
    said = JSONRPCNotification.model_validate_json(event.data)
    assert said.params == {"level": "warning", "logger": "gatehouse", "data": "a line\nand \u2028 another"}


def test_progress_is_what_clients_read() -> None:
    said = JSONRPCNotification.model_validate_json(reply.progress("t", 0.25, "Waiting."))
    assert said.method == "notifications/progress"
    assert said.params == {"progressToken": "t", "progress": 0.25, "message": "Waiting."}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_body_of_many_lines_is_one_event(indent: int | None, line_end: str) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "result": {"text": "a\n\u2028b"}}
    body = json.dumps(message, indent=indent, ensure_ascii=False).replace("\n", line_end).encode()
    (event,) = SseReader().feed(reply.event_of(body), end=True)
    assert event.event == "message"
    assert json.loads(event.data) == message
