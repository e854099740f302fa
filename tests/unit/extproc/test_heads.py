"""Heads in, heads out: no credential in, no credential of a client and nothing of ours out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.core.exchange.commands import Forward, StartAnswer
from sidecar.extproc.heads import (
    CREDENTIALS,
    HOPS,
    NEEDED,
    Misused,
    answered,
    forwarded,
    request_head,
    response_head,
)

KEY = (("x-api-key", "upstream"),)
NAMES = st.sampled_from([*CREDENTIALS, *HOPS, *NEEDED, "x-gatehouse-route", "x-gatehouse-rule", "accept", ":path", "a"])


def test_request_head_leaves_out_credentials_and_what_only_we_say() -> None:
    received = ((":method", "GET"), (":path", "/?q=1"), ("cookie", "c"), ("x-gatehouse-route", "f"), ("accept", "*/*"))
    head = request_head((*received, ("accept", "b")))
    assert (head.method, head.path, head.headers) == ("GET", "/?q=1", (("accept", "*/*"), ("accept", "b")))


def test_response_head_reads_the_status() -> None:
    head = response_head(((":status", "529"), ("x-gatehouse-rule", "forged"), ("retry-after", "3")))
    assert (head.status, head.headers) == (529, (("retry-after", "3"),))


@given(st.lists(NAMES, max_size=8), st.lists(NAMES, max_size=8))
def test_forwarded_always_removes_credentials_and_our_names(received: list[str], removed: list[str]) -> None:
    mutation = forwarded(
        Forward("claude", "/p", tuple(removed), (), b"abc"), tuple((name, "v") for name in received), KEY, "s3cret"
    )
    written = dict(mutation.set)
    assert written == {
        "x-api-key": "upstream",
        ":path": "/p",
        "x-gatehouse-route": "s3cret.claude",
        "content-length": "3",
    }
    assert CREDENTIALS - {"x-api-key"} <= set(mutation.remove)
    assert {name for name in received if name.startswith("x-gatehouse-")} <= {*mutation.remove, *written}
    assert not {*mutation.remove} & ({*written} | HOPS | NEEDED | {":path"})
    assert len(set(mutation.remove)) == len(mutation.remove)


@pytest.mark.parametrize(
    "name",
    ["x-api-key", "authorization", "cookie", "x-gatehouse-route", "x-gatehouse-x", ":path", ":method", "host", "te"],
)
def test_the_exchange_cannot_set_what_is_reserved(name: str) -> None:
    with pytest.raises(Misused, match=name):
        forwarded(Forward("claude", "/", (), ((name, "v"),), None), (), KEY, "s3cret")


def test_the_length_is_counted_here_whatever_the_exchange_says() -> None:
    command = Forward("claude", "/", (), (("content-length", "7"),), b"abc")
    assert [value for name, value in forwarded(command, (), KEY, "s").set if name == "content-length"] == ["3"]


ANSWERS = [
    ("the length may change, so it goes", StartAnswer(), False, ("content-length",), ()),
    ("the answer to HEAD keeps it", StartAnswer(), True, (), ()),
    ("unless it is stated", StartAnswer(set=(("content-length", "5"),)), False, (), (("content-length", "5"),)),
    ("a status", StartAnswer(status=400), True, (), ((":status", "400"),)),
    ("removed and set", StartAnswer(("a", "b"), (("b", "1"),)), True, ("a",), (("b", "1"),)),
]


@pytest.mark.parametrize(("note", "command", "ends", "removed", "written"), ANSWERS, ids=[row[0] for row in ANSWERS])
def test_answered(note: str, command: StartAnswer, ends: bool, removed: tuple, written: tuple) -> None:
    mutation = answered(command, (("content-length", "9"),), ends)
    assert (mutation.remove, mutation.set) == (removed, written)


def test_an_upstream_cannot_speak_with_our_names() -> None:
    assert answered(StartAnswer(), (("x-gatehouse-rule", "forged"),), True).remove == ("x-gatehouse-rule",)
