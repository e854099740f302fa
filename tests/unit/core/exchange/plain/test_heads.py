"""A request is the one that was judged: no header and no field makes another of it."""

import json

import pytest

from sidecar.core.exchange.plain.heads import gone
from sidecar.core.model.http import Headers
from tests.unit.core.exchange.building import JSON, MASKS, Call, gate

HEAD = "paths: ['POST /orders', 'GET /orders', '/any']"
FORM: Headers = (("content-type", "application/x-www-form-urlencoded"),)


def ask(body: bytes | None = b"{}", path: str = "/orders", headers: Headers = JSON, method: str = "POST") -> Call:
    return Call(gate(MASKS, HEAD)).ask(body, f"/c/shop{path}", headers=headers, method=method).recorded()


ANOTHER = (
    ("a method in a header", {"headers": (*JSON, ("x-http-method-override", "DELETE"))}, "x-http-method-override"),
    ("another name of it", {"headers": (*JSON, ("x-http-method", "DELETE"))}, "x-http-method"),
    ("a third one", {"headers": (*JSON, ("x-method-override", "PUT"))}, "x-method-override"),
    ("a path in a header", {"headers": (*JSON, ("x-original-url", "/admin"))}, "x-original-url"),
    ("another name of that", {"headers": (*JSON, ("x-rewrite-url", "/admin"))}, "x-rewrite-url"),
    ("a method in the query", {"path": "/orders?a=1&_method=DELETE"}, "_method"),
    ("a method in the query, in disguise", {"path": "/orders?%5Fmethod=delete"}, "_method"),
    ("a method in a form", {"body": b"a=1&_method=DELETE", "headers": FORM}, "_method"),
    ("two methods in a form", {"body": b"_method=POST&_Method=DELETE", "headers": FORM}, "_method"),
    ("a method in JSON", {"body": b'{"_method": "DELETE"}'}, "_method"),
    ("a method in JSON that is no text", {"body": b'{"_method": ["DELETE"]}'}, "_method"),
    ("a method in small letters", {"path": "/any", "method": "delete"}, "capital"),
    ("other letters", {"headers": (("content-type", "application/json; charset=utf-7"),)}, "charset"),
    ("two types", {"headers": (*JSON, ("content-type", "text/plain"))}, "twice"),
)


@pytest.mark.parametrize(("how", "why"), [row[1:] for row in ANOTHER], ids=[row[0] for row in ANOTHER])
def test_what_some_servers_take_for_another_request_is_refused(how: dict[str, object], why: str) -> None:
    made = ask(**how)  # type: ignore[arg-type]
    assert made.reply.status == 400
    assert why in json.loads(made.reply.body)["error"]["message"]


@pytest.mark.parametrize(
    "how",
    [
        {"body": b"_method=post", "headers": FORM},
        {"path": "/orders?method=DELETE"},
        {"body": b'{"order": {"_method": "cash"}}'},
        {"body": b"[1]"},
        {"body": None, "method": "GET"},
    ],
)
def test_what_means_the_same_everywhere_goes(how: dict[str, object]) -> None:
    assert ask(**how).forward  # type: ignore[arg-type]


def test_what_only_a_proxy_may_say_stays_here() -> None:
    said = ("x-real-ip", "x-forwarded-host", "x-forwarded-user", "x-forwarded-proto", "range", "if-range", "if-match")
    assert gone(tuple((name, "1") for name in said)) == tuple(
        n for n in said if n not in ("x-forwarded-proto", "if-match")
    )


def test_no_part_of_an_answer_is_asked_for() -> None:
    """Half a secret is none to any detector."""
    made = ask(None, method="GET", headers=(("range", "bytes=0-9"), ("if-range", "x")))
    assert {"range", "if-range"} <= set(made.forward.remove)
