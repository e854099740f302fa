"""The exchange as a playbook: what happens, and what the exchange asks for, line by line."""

import json

import pytest

from sidecar.core.exchange import events as e
from sidecar.core.exchange.commands import (
    Forward,
    Record,
)
from sidecar.core.exchange.exchange import STEPS, Exchange, State
from sidecar.core.exchange.gate import Gate
from sidecar.core.model.detector import Detector
from sidecar.core.model.http import RequestHead
from sidecar.core.wire.json_strict import JsonLimits
from tests.unit.core.exchange.building import (
    CALLER,
    KEY,
    MASKS,
    SSE,
    Call,
    ask,
    encoded,
    gate,
    message,
    request,
    text_block,
)
from tests.unit.core.exchange.happening import ASKS, DENIES, NOT_ON_DISK, ON_DISK, named, playbooks, short

BOOKS = list(playbooks())
# A note that begins so is of a call whose policy lets it pass when the record is full.
LENIENT = "lenient: "
PASSES = "applies: {connections: [claude]}\nrecord: {when_full: pass}"


@pytest.mark.parametrize(("note", "book"), BOOKS, ids=[note for note, _ in BOOKS])
def test_playbook(note: str, book: list[tuple[str, str]]) -> None:
    exchange = Exchange(gate(DENIES, PASSES if note.startswith(LENIENT) else ""), "gx_1")
    for happens, expected in book:
        assert ", ".join(short(one) for one in exchange.receive(named(happens))) == expected, happens


def test_gone_is_recorded_with_the_state_it_found() -> None:
    states = {step[0] for step in STEPS}
    assert {state for state, event in STEPS if event is e.Gone} == states, "a state in which going away goes unnoticed"
    call = Call(gate()).ask(request("hi")).recorded()
    call.tell(e.Gone(7.0))
    assert call.facts["cut"] == {"exchange": "gx_1", "at": 7.0, "state": "forwarded"}


def test_a_failed_record_reaches_the_client_as_something_to_try_again() -> None:
    call = Call(gate()).ask(request("hi"))
    call.tell(NOT_ON_DISK)
    assert call.reply.status == 503
    assert call.error["type"] == "overloaded_error"
    assert "x-should-retry" not in dict(call.reply.headers)
    assert b"disk" not in call.reply.body


def test_what_passes_unrecorded_says_where_to_and_by_which_policies() -> None:
    call = Call(gate(MASKS, PASSES)).ask(request(f"use {KEY}"))
    call.tell(named("no room"))
    told = call.facts["passed_unrecorded"]
    assert told == {"connection": "claude", "policies": ["p"]}
    call.recorded()
    assert KEY.encode() not in (call.forward.body or b""), "it is masked all the same"
    again = Call(call.gate, "gx_2").ask(request(f"use {KEY}"))
    assert again.one(Record).parts, "what was not written down is not taken for known"


LIMITED = {"body_limit": 1 << 20, "limits": JsonLimits(bytes=1 << 20)}


class TestSize:
    def test_a_stated_length_is_refused_before_the_body_comes(self) -> None:
        exchange = Exchange(gate(**LIMITED), "gx_1")
        head = RequestHead("POST", "/v1/messages", (("content-length", str((1 << 20) + 1)),))
        (record,) = exchange.receive(e.RequestStarted(head, CALLER, 1.0))
        assert record.fact["refused_with"] == 413
        assert exchange.receive(e.RequestChunk(b"x", 1.0)) == (), "what is still on its way is ignored"
        (reply,) = exchange.receive(ON_DISK)
        assert reply.status == 413
        assert json.loads(reply.body)["error"]["type"] == "request_too_large"

    @pytest.mark.parametrize("length", ["9" * 5000, "9" * 21])
    def test_a_length_of_any_number_of_digits(self, length: str) -> None:
        call = Call(gate()).ask(request("hi"), headers=(("content-length", length),))
        assert call.fact["refused_with"] == 413

    @pytest.mark.parametrize("length", ["\xb2", "-1", "1e9", "", "12 "])
    def test_a_length_that_is_none_is_left_to_counting(self, length: str) -> None:
        assert ask(gate(), request("hi"), headers=(("content-length", length),)).forward

    def test_without_a_stated_length_the_bytes_are_counted(self) -> None:
        call = Call(gate(**LIMITED)).ask(pieces=[b"[" + b" " * (1 << 19), b" " * (1 << 19), b"]"]).recorded()
        assert call.reply.status == 413
        assert "1 MiB" in call.error["message"]
        assert not [one for one in call.said if isinstance(one, Forward)]

    def test_exactly_the_limit_passes(self) -> None:
        body = encoded(request("hi"))
        body += b" " * ((1 << 20) - len(body))
        assert ask(gate(**LIMITED), body).forward.body == body


def refuses_to_judge(_: bytes) -> bool:
    raise ZeroDivisionError("a validator with a bug")


def test_a_bug_kills_one_exchange_and_not_the_next() -> None:
    """The gate is shared, so nothing of the broken exchange may stay in it."""
    from sidecar.core.exchange.rules import Rules
    from sidecar.core.policy.book import PolicySource, compile_book
    from tests.unit.core.exchange import building

    broken = Detector("pii/broken", "BROKEN", "zebra[0-9]", 0, refuses_to_judge)
    text = "policy: p\nrules: [{id: r, detect: [pii/broken], do: mask}]"
    rules = Rules.of(compile_book([PolicySource("p.yaml", text)], (*building.CATALOGUE, broken)))
    shared = Gate(rules, (building.CLAUDE,), building.MASK_KEY)

    exchange = Exchange(shared, "gx_1")
    exchange.receive(ASKS)
    with pytest.raises(ZeroDivisionError):
        exchange.receive(e.RequestChunk(encoded(request("a zebra1 here")), 2.0, end=True))
    assert exchange.state is State.DEAD
    assert exchange.receive(ON_DISK) == ()

    answer = ask(shared, request("hello"))
    with pytest.raises(ZeroDivisionError):
        answer.answered([message(text_block(0, "a zebra1 here "))], SSE)
    assert b"zebra" not in answer.received
    assert answer.exchange.state is State.DEAD

    assert ask(shared, request("hello")).answered([message(text_block(0, "hi"))], SSE).facts["answered"]["complete"]
