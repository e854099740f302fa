"""The answer of any HTTP server."""

import json

import pytest

from sidecar.core.exchange.events import ResponseStarted, Stopped
from sidecar.core.model.block import Block, Target
from sidecar.core.model.http import ResponseHead
from tests.unit.core.exchange.building import JSON, KEY, MASKS, Call, cuts, gate

HEAD = "paths: ['GET /orders']"
DENIES = "\n  - {id: no-keys, where: [response], detect: ['secret/*'], do: deny, say: It holds a key.}\n"


def ask(rules: str = MASKS) -> Call:
    return Call(gate(rules, HEAD)).ask(path="/c/shop/orders", method="GET").recorded()


MASKED = (
    ("JSON", JSON, b'{ "k": "%s" }', b'{ "k": "[KEY_'),
    ("a page", (("content-type", "text/html; charset=utf-8"),), b"<p>%s</p>", b"<p>[KEY_"),
)


@pytest.mark.parametrize(("headers", "body", "left"), [row[1:] for row in MASKED], ids=[row[0] for row in MASKED])
def test_what_can_be_read_is_masked_however_it_is_cut(headers: object, body: bytes, left: bytes) -> None:
    for pieces in cuts(body % KEY.encode(), seeds=2):
        made = ask().answered(list(pieces), headers)  # type: ignore[arg-type]
        assert made.received.startswith(left)
        assert KEY.encode() not in made.received
    clean = body % b"nothing"
    made = ask().answered([clean], headers)  # type: ignore[arg-type]
    assert made.received == clean
    assert made.facts["answered"]["scanned"] == {"extent": "whole", "why": []}
    assert made.facts["answered"]["complete"] is True


@pytest.mark.parametrize("kind", ["application/octet-stream", "application/json,text/plain", "x/y; charset=binary", ""])
def test_text_of_an_unknown_type_is_read_as_text(kind: str) -> None:
    made = ask().answered([f'{{"k": "{KEY}"}}'.encode()], (("content-type", kind),))
    assert made.received.startswith(b'{"k": "[KEY_')
    assert made.facts["answered"]["scanned"] == {"extent": "whole", "why": []}


@pytest.mark.parametrize("kind", ["text/plain; charset=utf-16", "application/json; charset=utf-7"])
def test_letters_of_another_charset_do_not_pass(kind: str) -> None:
    made = ask().answered([f'"{KEY}"'.encode("utf-16-le" if "16" in kind else "ascii")], (("content-type", kind),))
    assert made.start.status == 502
    assert "charset" in json.loads(made.received)["error"]["message"]


REDIRECTS = (
    ("http://shop.internal/api/orders/7?x=1#a", "/c/shop/orders/7?x=1#a"),
    ("http://shop.internal:80/api", "/c/shop/"),
    ("/api/orders/7", "/c/shop/orders/7"),
    ("8", None),
    ("https://evil.example/orders", 502),
    ("//evil.example/api/orders", 502),
    ("http://shop.internal/admin", 502),
    ("http://shop.internal:8080/api/orders", 502),
    ("https://shop.internal/api/orders", 502),
    ("/\\\\evil.example/api", 502),
    ("javascript:alert(1)", 502),
    ("http://[", 502),
)


@pytest.mark.parametrize("body", [b"{}", None])
@pytest.mark.parametrize(("location", "told"), REDIRECTS)
def test_a_redirect_leads_through_the_gate_or_nowhere(location: str, told: object, body: bytes | None) -> None:
    made, headers = ask(), (*JSON, ("location", location))
    if body is None:
        made.tell(ResponseStarted(ResponseHead(302, headers), made.at, end=True))
    else:
        made.answered(body, headers, 302)
    assert made.start.status == (502 if told == 502 else None)
    assert ("location" in made.start.remove) is (told == 502)
    assert dict(made.start.set).get("location") == (None if told == 502 else told)


def test_an_address_that_is_only_named_stays() -> None:
    made = ask().answered(b"{}", (*JSON, ("location", "https://other.example/7")), 201)
    assert (made.start.status, "location" in dict(made.start.set)) == (None, False)


def test_what_may_not_pass_does_not() -> None:
    made = ask(DENIES).answered(f'"{KEY}"'.encode())
    assert made.start.status == 403
    assert "It holds a key." in json.loads(made.received)["error"]["message"]
    assert KEY.encode() not in made.received


def test_a_picture_passes_and_the_record_says_that_nobody_looked() -> None:
    made = ask().answered(b"\x89PNG", (("content-type", "image/png"),))
    assert made.received == b"\x89PNG"
    assert made.facts["answered"]["scanned"] == {"extent": "not", "why": ["answer of type image/png"]}


BROKEN = (
    ("no JSON", b"{", JSON, "not what it says"),
    ("an unknown encoding", b"x", (*JSON, ("content-encoding", "lzw")), "encoded"),
    ("no UTF-8", b"\xff", (("content-type", "text/plain"),), "not what it says"),
)


@pytest.mark.parametrize(("body", "headers", "why"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_what_cannot_be_trusted_does_not_pass(body: bytes, headers: object, why: str) -> None:
    made = ask().answered([body], headers)  # type: ignore[arg-type]
    assert made.start.status == 502
    assert why in json.loads(made.received)["error"]["message"]
    assert made.facts["answered"]["complete"] is False


def test_no_body_at_all() -> None:
    made = ask()
    made.tell(ResponseStarted(ResponseHead(204, ()), made.at, end=True))
    assert made.start.status is None
    assert made.facts["answered"]["status"] == 204


def test_people_can_stop_it() -> None:
    made = ask()
    made.tell(ResponseStarted(ResponseHead(200, JSON), made.at))
    made.tell(Stopped(Block("b", Target.ALL, "", "enough", 0.0), made.at))
    made.recorded()
    assert made.reply.status == 451
    assert "enough" in json.loads(made.reply.body)["error"]["message"]
