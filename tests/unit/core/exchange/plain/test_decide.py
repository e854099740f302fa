"""A request over plain HTTP: only where a policy opened a path, and only what could be read."""

import gzip
import json

import pytest

from sidecar.core.exchange.commands import Ask
from sidecar.core.exchange.events import Recorded, Settled
from sidecar.core.model.http import Headers
from tests.unit.core.exchange.building import JSON, KEY, MASKS, Call, gate
from tests.unit.core.exchange.held import APPROVED

HEAD = "paths: ['POST /orders', 'GET /orders*', 'PUT /files/*']\nbodies: ['image/*']"
DENIES = "\n  - {id: no-keys, detect: ['secret/*'], do: deny, say: No keys here.}\n"
FORM: Headers = (("content-type", "application/x-www-form-urlencoded"),)


def ask(body: object = None, path: str = "/orders", *, rules: str = MASKS, head: str = HEAD, **how: object) -> Call:
    made = Call(gate(rules, head)).ask(body, f"/c/shop{path}", **how)  # type: ignore[arg-type]
    return made.recorded()


MASKED = (
    ("JSON", JSON, b'{ "note": "%s" }', b'{ "note": "[KEY_'),
    ("a form", FORM, b"a=b+c&note=%s&d=%%41", b"a=b+c&note=%5BKEY_"),
    ("text", (("content-type", "text/plain"),), b"note: %s!", b"note: [KEY_"),
)


@pytest.mark.parametrize(("headers", "body", "left"), [row[1:] for row in MASKED], ids=[row[0] for row in MASKED])
def test_what_can_be_read_is_masked(headers: Headers, body: bytes, left: bytes) -> None:
    made = ask(body % KEY.encode(), headers=headers)
    assert (made.forward.body or b"").startswith(left)
    assert KEY.encode() not in (made.forward.body or b"")
    assert ("content-length", str(len(made.forward.body or b""))) in made.forward.set
    assert (made.forward.path, made.fact["endpoint"], made.fact["verdict"]) == ("/api/orders", "http", "mask")
    clean = body % b"nothing"
    assert ask(clean, headers=headers).forward.body == clean


REFUSED = (
    ("a path that nobody opened", {"path": "/admin"}, b"{}", 403, "No policy allows"),
    ("a path in disguise", {"path": "/orders/%2e%2e/admin", "method": "GET"}, None, 403, "No policy allows"),
    ("a method that nobody opened", {"method": "DELETE"}, None, 403, "No policy allows"),
    ("a body that nobody can read", {"headers": (("content-type", "application/zip"),)}, b"PK", 415, "application/zip"),
    ("a body of no type", {"headers": ()}, b"x", 415, "no type"),
    ("JSON that is none", {}, b"{", 400, "not valid JSON"),
    ("nobody", {"caller": None}, b"{}", 401, "token"),
    ("what a rule minds", {"rules": DENIES}, KEY.encode().join((b'"', b'"')), 403, "No keys here."),
    ("a secret in the query", {"path": f"/orders?q={KEY}", "method": "GET"}, None, 403, "Blocked by policy"),
    ("a secret in a header", {"headers": (*JSON, ("x-note", KEY))}, b"{}", 403, "Blocked by policy"),
    ("a secret as a header", {"headers": (*JSON, (KEY.lower(), "1"))}, b"{}", 403, "Blocked by policy"),
)


@pytest.mark.parametrize(
    ("how", "body", "status", "why"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_is_refused(how: dict[str, object], body: bytes | None, status: int, why: str) -> None:
    if KEY.lower() in str(how):
        how = {**how, "rules": "\n  - {id: low, match: {regex: 'gk-live-[0-9a-f]+'}, do: deny}\n"}
    made = ask(body, **how)  # type: ignore[arg-type]
    told = json.loads(made.reply.body)["error"]
    assert made.reply.status == status
    assert why in told["message"]
    assert KEY not in told["message"]


def test_what_a_policy_lets_pass_unread_is_said_so() -> None:
    made = ask(b"\x89PNG", "/files/a.png", method="PUT", headers=(("content-type", "image/png"),))
    assert made.forward.body == b"\x89PNG"
    assert made.fact["scanned"] == {"extent": "partly", "why": ["body of type image/png"]}
    assert made.fact["request"] is None


def test_headers_go_on_but_ours() -> None:
    headers = (*JSON, ("accept-encoding", "br"), ("x-request-id", "r"), ("if-match", "7"), ("user-agent", "curl"))
    made = ask(b"{}", headers=headers)
    assert set(made.forward.remove) == {"accept-encoding", "x-request-id"}
    assert ("accept-encoding", "identity") in made.forward.set


def test_a_compressed_body_is_read() -> None:
    headers = (*JSON, ("content-encoding", "gzip"))
    made = ask(gzip.compress(f'"{KEY}"'.encode(), mtime=0), headers=headers)
    assert (made.forward.body or b"").startswith(b'"[KEY_')
    assert "content-encoding" in made.forward.remove


def test_people_may_be_asked() -> None:
    made = ask(b'{"sum": "9000 EUR"}', rules="\n  - {id: sums, match: {regex: '[0-9]{4} EUR'}, do: hold}\n")
    made.tell(Recorded(made.at))
    assert "9000 EUR" in made.one(Ask).asked.content[0].text  # type: ignore[attr-defined]
    made.tell(Settled(APPROVED, made.at))
    assert made.recorded().forward.body == b'{"sum": "9000 EUR"}'


def test_a_caller_has_so_many_requests_in_a_minute() -> None:
    world = gate(MASKS, HEAD + "\nlimits: {requests_per_minute: 1}")
    assert Call(world).ask(b"{}", "/c/shop/orders").recorded().forward
    assert Call(world, "gx_2").ask(b"{}", "/c/shop/orders").recorded().reply.status == 429


@pytest.mark.parametrize("other", ["stage: shadow\n", "bodies: [audio/*]\n"])
def test_only_a_policy_in_force_lets_a_body_pass_unread(other: str) -> None:
    head = other + "paths: ['PUT /files/*']" + ("\nbodies: ['image/*']" if "shadow" in other else "")
    made = ask(b"\x89PNG", "/files/a", method="PUT", head=head, headers=(("content-type", "image/png"),))
    assert made.reply.status in (403, 415)
