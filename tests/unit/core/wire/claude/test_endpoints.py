"""Which call a method and a path are; and that no way of writing a path makes a judged one unjudged."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.wire.claude.endpoints import Endpoint, endpoint, plain_path

KNOWN = [
    ("POST", "/v1/messages", Endpoint.MESSAGES),
    ("POST", "/v1/messages?beta=true", Endpoint.MESSAGES),
    ("POST", "/v1/messages?a=%2e%2e//;", Endpoint.MESSAGES),
    ("POST", "/v1/messages/count_tokens?beta=true", Endpoint.COUNT_TOKENS),
    ("POST", "/v1/messages/batches", Endpoint.BATCHES),
    ("GET", "/v1/messages/batches?limit=2", Endpoint.BATCH_LIST),
    ("GET", "/v1/messages/batches/msgbatch_01A", Endpoint.BATCH_GET),
    ("GET", "/v1/messages/batches/msgbatch_01A/results", Endpoint.BATCH_RESULTS),
    ("POST", "/v1/messages/batches/msgbatch_01A/cancel", Endpoint.BATCH_CANCEL),
    ("DELETE", "/v1/messages/batches/msgbatch_01A", Endpoint.BATCH_DELETE),
    ("GET", "/v1/models", Endpoint.MODELS),
    ("GET", "/v1/models/claude-opus-4-5@20251101", Endpoint.MODELS),
    ("HEAD", "/", Endpoint.PROBE),
    ("GET", "/", Endpoint.PROBE),
    ("GET", "/api/hello", Endpoint.PROBE),
    ("HEAD", "/api/hello?x", Endpoint.PROBE),
]


@pytest.mark.parametrize(("method", "path", "expected"), KNOWN)
def test_known(method, path, expected):
    assert endpoint(method, path) is expected


OTHER = [
    ("another method", "GET", "/v1/messages"),
    ("a lower case method", "post", "/v1/messages"),
    ("a body on a probe", "POST", "/"),
    ("trailing slash", "POST", "/v1/messages/"),
    ("two slashes", "POST", "/v1//messages"),
    ("two slashes in front", "POST", "//v1/messages"),
    ("dots", "POST", "/v1/./messages"),
    ("dots upward", "POST", "/v1/x/../messages"),
    ("dots at the end", "POST", "/v1/messages/.."),
    ("escaped dots", "POST", "/v1/%2e%2e/messages"),
    ("an escaped letter", "POST", "/v1/m%65ssages"),
    ("an escaped slash", "POST", "/v1%2fmessages"),
    ("a parameter", "POST", "/v1/messages;x=1"),
    ("a backslash", "POST", "/v1\\messages"),
    ("another case", "POST", "/V1/Messages"),
    ("a fragment", "POST", "/v1/messages#x"),
    ("a space", "POST", "/v1/messages "),
    ("a line end", "POST", "/v1/messages\n"),
    ("a NUL", "POST", "/v1/messages\0"),
    ("a full address", "POST", "https://api.example/v1/messages"),
    ("no slash", "POST", "v1/messages"),
    ("nothing", "POST", ""),
    ("a letter that looks the same", "POST", "/v1/mess\u0430ges"),
    ("full width", "POST", "/v1/ｍessages"),
    ("a batch that climbs", "GET", "/v1/messages/batches/../x"),
    ("a batch of dots", "GET", "/v1/messages/batches/..."),
    ("a model that climbs", "GET", "/v1/models/../messages"),
    ("an unknown path", "POST", "/v1/files"),
    ("the old API", "POST", "/v1/complete"),
]


@pytest.mark.parametrize(("note", "method", "path"), OTHER, ids=[row[0] for row in OTHER])
def test_other(note, method, path):
    assert endpoint(method, path) is Endpoint.OTHER


PLAIN = [
    ("/v1/files", "/v1/files"),
    ("/v1/files/?a=b", "/v1/files/"),
    ("/", "/"),
    ("/.well-known/x", "/.well-known/x"),
    ("/a/...", "/a/..."),
    ("/a/..", None),
    ("/a/../b", None),
    ("/a//b", None),
    ("/a;b", None),
    ("/a%20b", None),
    ("/a\\b", None),
    ("*", None),
    ("", None),
]


@pytest.mark.parametrize(("path", "expected"), PLAIN)
def test_plain(path, expected):
    assert plain_path(path) == expected


@given(st.lists(st.sampled_from(["/", "v1", "messages", "..", ".", "%2e", ";", "\\", "count_tokens", "?", "#"])))
@settings(max_examples=200)
def test_a_judged_path_is_written_exactly(parts):
    path = "".join(parts)
    bare = path.partition("?")[0]
    written = {"/v1/messages": Endpoint.MESSAGES, "/v1/messages/count_tokens": Endpoint.COUNT_TOKENS}
    assert endpoint("POST", path) is written.get(bare, Endpoint.OTHER)
