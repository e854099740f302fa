"""The order in which Envoy may say things."""

import pytest

from sidecar.core.exchange import events as e
from sidecar.core.exchange.commands import Forward
from sidecar.extproc import messages as m
from sidecar.extproc.heads import Misused
from sidecar.extproc.identity import ClaimNames
from sidecar.extproc.intake import Garbled, Intake
from sidecar.extproc.phase import Phase

POST = ((":method", "POST"), (":path", "/"))
OK = ((":status", "200"),)
HEADERS, BODY, LAST = m.RequestHeaders(POST, False), m.RequestBody(b"a", False), m.RequestBody(b"b", True)
ANSWER, CHUNK, END = m.ResponseHeaders(OK, False), m.ResponseBody(b"c", False), m.ResponseBody(b"d", True)

UPGRADE = ((":method", "GET"), (":path", "/"), ("upgrade", "WebSocket"))

ALLOWED = [
    ("all of it", [HEADERS, BODY, LAST, ANSWER, CHUNK, END], [False, False, True, False, False, True]),
    ("trailers end a body", [HEADERS, BODY, m.RequestTrailers(("t",))], [False, False, True]),
    ("and an answer", [HEADERS, LAST, ANSWER, m.ResponseTrailers(())], [False, True, False, True]),
    ("an early answer", [HEADERS, ANSWER, BODY], [False, False, False]),
    ("Envoy's own answer before any request", [ANSWER, END], [False, True]),
    ("no bodies", [m.RequestHeaders(POST, True), m.ResponseHeaders(OK, True)], [True, True]),
]


@pytest.mark.parametrize(("note", "said", "ends"), ALLOWED, ids=[row[0] for row in ALLOWED])
def test_allowed(note: str, said: list, ends: list) -> None:
    intake = Intake({"company": ClaimNames()})
    assert [intake.event(one, 1.0).end for one in said] == ends


GARBLED = [
    ("a body first", [BODY]),
    ("headers twice", [HEADERS, HEADERS]),
    ("no headers at all", [m.RequestHeaders((), False)]),
    ("more after the end", [HEADERS, LAST, BODY]),
    ("a body after none was promised", [m.RequestHeaders(POST, True), BODY]),
    ("trailers after the end", [HEADERS, LAST, m.RequestTrailers(())]),
    ("trailers twice", [HEADERS, m.RequestTrailers(()), m.RequestTrailers(())]),
    ("an answer twice", [HEADERS, LAST, ANSWER, ANSWER]),
    ("an answer's body first", [HEADERS, LAST, CHUNK]),
    ("more after the answer's end", [HEADERS, LAST, ANSWER, END, CHUNK]),
    ("not streamed both ways", [m.RequestHeaders(POST, False, duplex=False)]),
    ("no bodies, and no reason", [m.RequestHeaders(POST, False, duplex=False, heads_alone=True)]),
    ("a body of an upgrade", [m.RequestHeaders(UPGRADE, False, duplex=False, heads_alone=True), BODY]),
]


@pytest.mark.parametrize(("note", "said"), GARBLED, ids=[row[0] for row in GARBLED])
def test_garbled(note: str, said: list) -> None:
    intake = Intake({})
    for one in said[:-1]:
        intake.event(one, 1.0)
    with pytest.raises(Garbled):
        intake.event(said[-1], 1.0)


def upgraded(heads_alone: bool, status: str) -> Intake:
    intake = Intake({})
    intake.event(m.RequestHeaders(UPGRADE, False, duplex=not heads_alone, heads_alone=heads_alone), 1.0)
    intake.event(m.ResponseHeaders(((":status", status),), False), 1.0)
    return intake


def test_an_upgrade_has_no_end_and_no_body() -> None:
    intake = upgraded(True, "101")
    assert (intake.upgrade, intake.request.ended, intake.request.bodiless) == ("websocket", True, True)
    assert intake.begins() is Phase.TUNNEL
    forward = Forward("live", "/ws", (), (), None)
    assert dict(intake.forwarded(forward, (), "s").set)["x-gatehouse-route"] == "s.live!websocket"
    plain = upgraded(False, "200")
    assert dict(plain.forwarded(forward, (), "s").set)["x-gatehouse-route"] == "s.live"
    assert plain.begins() is Phase.ANSWERING


@pytest.mark.parametrize(("heads_alone", "status"), [(True, "200"), (True, "404"), (False, "101")])
def test_http_is_left_by_those_who_asked_and_by_no_others(heads_alone: bool, status: str) -> None:
    with pytest.raises(Misused):
        upgraded(heads_alone, status).begins()


def test_the_time_is_the_callers() -> None:
    assert Intake({}).event(HEADERS, 7.5) == e.RequestStarted(head=e.RequestHead("POST", "/"), caller=None, at=7.5)
