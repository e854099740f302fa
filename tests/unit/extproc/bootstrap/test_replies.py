"""Envoy's own answers: every one in the Messages API's shape, ours untouched."""

import pytest

from sidecar.core.errors import Code
from sidecar.extproc.bootstrap.replies import details, status, table
from tests.unit.extproc.bootstrap.examples import SPEC, manager


def test_every_mapper_leaves_the_data_planes_answers_alone() -> None:
    for mapper in manager()["local_reply_config"]["mappers"]:
        expression = mapper["filter"]["extension_filter"]["typed_config"]["expression"]
        assert expression.startswith("!(response.code_details == 'gatehouse'")


def test_every_body_is_an_error_of_the_messages_api() -> None:
    for mapper in manager()["local_reply_config"]["mappers"]:
        body = mapper["body_format_override"]["json_format"]
        assert body["type"] == "error"
        assert body["error"]["type"] in {code.value for code in Code}
        assert body["error"]["message"]


def test_the_last_row_catches_everything() -> None:
    assert table(SPEC)[-1].when == "true"


def test_conditions() -> None:
    assert status(401, 403) == "response.code == 401 || response.code == 403"
    assert details("a", "b") == "response.code_details.contains('a') || response.code_details.contains('b')"


@pytest.mark.parametrize("reply", table(SPEC), ids=lambda reply: reply.message[:30])
def test_sentences_tell_no_inner_detail(reply: object) -> None:
    message = getattr(reply, "message", "").lower()
    for word in ("ext_proc", "grpc", "envoy", "upstream", "python"):
        assert word not in message
