"""The handshake of a WebSocket."""

import pytest

from sidecar.core.errors import Refused
from sidecar.core.model.http import Headers, RequestHead, ResponseHead
from sidecar.core.wire.plain.websocket import grants, key_of

KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # with its answer, of RFC 6455, section 1.3
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
ASKS: Headers = (("upgrade", "websocket"), ("sec-websocket-version", "13"), ("sec-websocket-key", KEY))
GRANTS: Headers = (("upgrade", "WebSocket"), ("connection", "Upgrade"), ("sec-websocket-accept", ACCEPT))


def test_a_handshake_has_a_key() -> None:
    assert key_of(RequestHead("GET", "/", ASKS)) == KEY
    assert key_of(RequestHead("GET", "/", (*ASKS, ("content-length", "0"), ("sec-websocket-protocol", "a, b")))) == KEY


def without(name: str, *more: tuple[str, str]) -> Headers:
    return (*(one for one in ASKS if one[0] != name), *more)


NONE = (
    ("another method", "POST", ASKS, "its method is not GET"),
    ("a body", "GET", (*ASKS, ("content-length", "5")), "it has a body"),
    ("a body in chunks", "GET", (*ASKS, ("transfer-encoding", "chunked")), "it has a body"),
    ("two keys", "GET", (*ASKS, ("sec-websocket-key", KEY)), "a header stands in it twice"),
    ("no version", "GET", without("sec-websocket-version"), "its version is not 13"),
    (
        "an old version",
        "GET",
        without("sec-websocket-version", ("sec-websocket-version", "8")),
        "its version is not 13",
    ),
    ("no key", "GET", without("sec-websocket-key"), "its key is not 16 bytes"),
    ("a long key", "GET", without("sec-websocket-key", ("sec-websocket-key", f"AAAA{KEY}")), "its key is not 16 bytes"),
    ("words for a key", "GET", without("sec-websocket-key", ("sec-websocket-key", "x")), "its key is not 16 bytes"),
)


@pytest.mark.parametrize(("method", "headers", "why"), [row[1:] for row in NONE], ids=[row[0] for row in NONE])
def test_anything_else_is_none(method: str, headers: Headers, why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        key_of(RequestHead(method, "/", headers))
    assert refused.value.status == 400


def test_only_the_right_answer_grants_it() -> None:
    assert grants(ResponseHead(101, GRANTS), KEY)
    assert not grants(ResponseHead(200, GRANTS), KEY)
    for index in (0, 2):
        assert not grants(ResponseHead(101, (*GRANTS[:index], *GRANTS[index + 1 :])), KEY)
    assert not grants(ResponseHead(101, GRANTS), "AAAAAAAAAAAAAAAAAAAAAA==")
    assert not grants(ResponseHead(101, (("upgrade", "other"), *GRANTS[1:])), KEY)
