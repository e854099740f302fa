"""The API asked by a program: what comes back, and what goes wrong."""

import json
from collections.abc import Callable

import httpx
import pytest

from sidecar.control.client import Away, Client, Said

URL = "https://gate.example.com"
Answer = Callable[[httpx.Request], httpx.Response]


def client(answer: Answer) -> Client:
    return Client(f"{URL}/", lambda: "key", httpx.MockTransport(answer))


def test_what_is_sent() -> None:
    sent: list[tuple[str, str, str, object]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        sent.append((request.method, str(request.url), request.headers["authorization"], body))
        return httpx.Response(200, json={"items": [{"id": "b"}], "url": "link"})

    with client(answer) as asking:
        asking.approvals({"state": "pending"})
        asking.approval("../me")
        asking.decide("tk", True, None, False)
        assert asking.blocks() == [{"id": "b"}]
        asking.put_block("agent", "x", "r")
        asking.lift_block("b/1")
        assert asking.sign_in_link() == "link"
    key = "Bearer key"
    assert sent == [
        ("GET", f"{URL}/v1/approvals?state=pending", key, None),
        ("GET", f"{URL}/v1/approvals/..%2Fme", key, None),
        ("POST", f"{URL}/v1/approvals/tk/decisions", key, {"yes": True, "rationale": None, "for_session": False}),
        ("GET", f"{URL}/v1/blocks", key, None),
        ("POST", f"{URL}/v1/blocks", key, {"target": "agent", "value": "x", "reason": "r"}),
        ("DELETE", f"{URL}/v1/blocks/b%2F1", key, None),
        ("POST", f"{URL}/v1/sign-in-links", key, None),
    ]


def test_changes() -> None:
    stream = b"retry: 1\nevent: all\ndata: {}\n\n: beat\n\nevent: ticket\ndata: {}\n\n"
    with client(lambda _: httpx.Response(200, content=stream)) as asking:
        assert len(list(asking.changes())) == 2


def broken(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused")


LATE = {"error": {"code": "c", "message": "Late."}}
WRONG = (
    ("away", broken, Away, "cannot be reached: refused"),
    (
        "an error of ours",
        lambda _: httpx.Response(409, json={"error": {"code": "c", "message": "Late."}}),
        Said,
        "Late.",
    ),
    ("an error of a proxy", lambda _: httpx.Response(502, text="<html>"), Said, "The answer was 502."),
    ("somebody else", lambda _: httpx.Response(200, text="<html>"), Said, "is it the right address"),
    ("a redirect", lambda _: httpx.Response(302, headers={"location": "https://evil.example"}), Said, "302"),
)


@pytest.mark.parametrize(("note", "answer", "kind", "said"), WRONG, ids=[one[0] for one in WRONG])
def test_what_goes_wrong(note: str, answer: Answer, kind: type[Exception], said: str) -> None:
    with client(answer) as asking, pytest.raises(kind, match=said):
        asking.approvals({})


@pytest.mark.parametrize("answer", [broken, lambda _: httpx.Response(401, json={})])
def test_a_stream_that_does_not_come(answer: Answer) -> None:
    with client(answer) as asking, pytest.raises((Away, Said)):
        list(asking.changes())


def test_no_key_in_the_clear() -> None:
    with pytest.raises(Away, match="not https"):
        Client("http://gate.example.com", lambda: "key")
    Client("http://127.0.0.1:1", lambda: "key")
