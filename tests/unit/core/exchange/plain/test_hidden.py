"""What a request says in another writing is judged all the same: refused in its head, masked in its body."""

import gzip
import json
import zlib
from urllib.parse import quote

import brotli
import pytest
import zstandard

from sidecar.core.exchange.commands import Ask
from sidecar.core.exchange.events import Recorded
from sidecar.core.model.http import Headers
from tests.unit.core.exchange.building import JSON, KEY, Call, gate

RULES = """
  - {id: keys, detect: ['secret/*'], do: mask}
  - {id: words, match: {regex: '(?i)projekt zürich'}, do: deny}
  - {id: fields, where: [prompt], mask: {fields: [ssn]}}
"""
HEAD = "paths: ['POST /orders', 'GET /o*']\nbodies: ['image/*', 'multipart/*']"
FORM: Headers = (("content-type", "application/x-www-form-urlencoded"),)
HEX = "".join(f"%{ord(one):02X}" for one in KEY)
UNITS = "".join(f"\\u{ord(one):04x}" for one in KEY)
WORDS = "Projekt Zürich"


def ask(body: bytes | None = b"{}", path: str = "/orders", headers: Headers = JSON, rules: str = RULES) -> Call:
    method = "POST" if body is not None else "GET"
    return Call(gate(rules, HEAD)).ask(body, f"/c/shop{path}", headers=headers, method=method).recorded()


ADDRESSES = (
    f"/o?a={KEY}", f"/o?{KEY}", f"/o/{KEY}/x", f"/o?a={HEX}", f"/o?a={quote(HEX)}", f"/o?a={quote(quote(HEX))}",
    f"/o?a=1;b={KEY}", f"/o?a=x+{KEY}+y", f"/o?a=1&a={KEY}", f"/o?q={quote(json.dumps({'k': KEY}))}",
    "/o?q=" + quote(f'{{"k":"{UNITS}"}}'), "/o?q=projekt+z%C3%BCrich", "/o?q=projekt%20z%FCrich",
    "/o?ssn=078-05-1120", "/o?a=1;ssn=078-05-1120", "/o?q=" + quote('{"ssn":"078-05-1120"}'),
)  # fmt: skip
HEADERS = (
    ("x-note", KEY), ("x-note", HEX), ("x-note", quote(HEX)), ("accept", KEY), ("accept-language", KEY),
    ("cache-control", f"x={KEY}"), ("pragma", KEY), ("user-agent", KEY), ("x-note", WORDS),
    ("x-note", WORDS.encode().decode("latin-1")), ("x-note", "=?utf-8?Q?Projekt_Z=C3=BCrich?="), ("ssn", "078-05-1120"),
)  # fmt: skip


@pytest.mark.parametrize("path", ADDRESSES)
def test_nothing_in_an_address_gets_by(path: str) -> None:
    assert ask(None, path).reply.status == 403


@pytest.mark.parametrize("header", HEADERS)
def test_nothing_in_a_header_gets_by(header: tuple[str, str]) -> None:
    assert ask(headers=(*JSON, header)).reply.status == 403


def test_nothing_beside_the_type_of_a_body_gets_by() -> None:
    assert ask(headers=(("content-type", f"application/json; note={KEY}"),)).reply.status == 403


def test_words_of_the_protocol_meet_no_rule() -> None:
    usual = (*JSON, ("accept", "application/json, */*;q=0.8"), ("cache-control", "no-cache"))
    assert ask(headers=usual, rules="\n  - {id: j, match: {keywords: [json, cache]}, do: deny}\n").forward


XML: Headers = (("content-type", "application/xml"),)
BODIES = (
    ("a form, encoded twice", FORM, b"a=1&n=%s&d=%%41" % quote(HEX).encode(), b"a=1&n=%5BKEY_"),
    ("JSON in a form", FORM, b"q=" + quote('{"k":"' + UNITS + '"}').encode(), b"q=%7B%22k%22%3A%22%5BKEY_"),
    ("JSON in JSON", JSON, json.dumps({"q": '{"k":"' + UNITS + '"}'}).encode(), b'{"q": "{\\"k\\":\\"[KEY_'),
    ("an address in JSON", JSON, json.dumps({"u": f"/x?k={HEX}&z=%41"}).encode(), b'{"u": "/x?k=[KEY_'),
    ("lines of JSON", (("content-type", "application/x-ndjson"),), f'{{"k":"{UNITS}"}}\n'.encode(), b'{"k":"[KEY_'),
    ("references", XML, "".join(f"&#{ord(one)};" for one in KEY).join(("<a>&lt;", "</a>")).encode(), b"<a>&lt;[KEY_"),
    ("a mark in front", FORM, b"\xef\xbb\xbfa=%s" % KEY.encode(), b"\xef\xbb\xbfa=%5BKEY_"),
    ("JSON that calls itself a picture", (("content-type", "image/png"),), b'{"k":"%s"}' % KEY.encode(), b'{"k":"[KEY'),
    ("parts of a form", (("content-type", "multipart/form-data; boundary=b"),),
     b'--b\r\ncontent-disposition: form-data; name="f"; filename="%s"\r\n\r\nx\r\n--b--' % KEY.encode(),
     b'--b\r\ncontent-disposition: form-data; name="f"; filename="[KEY_'),
)  # fmt: skip


@pytest.mark.parametrize(("headers", "body", "left"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES])
def test_what_stands_in_a_body_is_masked_there(headers: Headers, body: bytes, left: bytes) -> None:
    made = ask(body, headers=headers)
    assert (made.forward.body or b"").startswith(left)
    assert made.fact["verdict"] == "mask"
    assert made.fact["scanned"] == {"extent": "whole", "why": []}


RAW = json.dumps({"k": KEY}).encode()
PACKED = (
    ("gzip", gzip.compress(RAW)), ("deflate", zlib.compress(RAW)), ("br", brotli.compress(RAW)),
    ("zstd", zstandard.compress(RAW)), ("gzip, gzip", gzip.compress(gzip.compress(RAW))), ("GZIP", gzip.compress(RAW)),
    ("gzip", gzip.compress(RAW[:9]) + gzip.compress(RAW[9:])), ("identity", RAW), ("", RAW),
)  # fmt: skip


# gzip writes the time down: as a name, a body would be another one in each worker.
@pytest.mark.parametrize(("encoding", "body"), PACKED, ids=[f"{at} {one[0]}" for at, one in enumerate(PACKED)])
def test_a_packed_body_is_read(encoding: str, body: bytes) -> None:
    made = ask(body, headers=(*JSON, ("content-encoding", encoding)))
    assert (made.forward.body or b"").startswith(b'{"k": "[KEY_')


REFUSED = (
    ("packed, and something behind", gzip.compress(b"{}") + RAW, (*JSON, ("content-encoding", "gzip")), 400),
    ("packed by its word alone", RAW, (*JSON, ("content-encoding", "gzip")), 400),
    ("packed, and it does not say so", gzip.compress(RAW), JSON, 400),
    ("packed three times", RAW, (*JSON, ("content-encoding", "gzip, br, gzip")), 415),
    ("UTF-16 in JSON", RAW.decode().encode("utf-16"), JSON, 400),
    ("UTF-16 in a text", KEY.encode("utf-16-le"), (("content-type", "text/plain"),), 400),
    ("UTF-16 in a form", b"a=" + KEY.encode("utf-16-le"), FORM, 400),
    ("a mark before JSON", b"\xef\xbb\xbf" + RAW, JSON, 400),
    ("XML in UTF-7", b'<?xml version="1.0" encoding="UTF-7"?><a>+AGcAaw-</a>', XML, 400),
    ("escapes without end", b"a=" + b"%2541" * 200_001, FORM, 413),
)  # fmt: skip


@pytest.mark.parametrize(("body", "headers", "status"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_two_may_read_in_two_ways_is_refused(body: bytes, headers: Headers, status: int) -> None:
    assert ask(body, headers=headers).reply.status == status


def test_a_card_shows_a_request_that_is_held_for_what_it_is() -> None:
    made = ask(b'{"n": 1}', rules="\n  - {id: h, where: [tool_call], match: {tool: http__shop}, do: hold}\n")
    made.tell(Recorded(made.at))
    (shown, *_) = made.one(Ask).asked.content  # type: ignore[attr-defined]
    assert (shown.title, shown.text) == ("HTTP shop", 'POST /orders\nbody: {"n": 1}')
