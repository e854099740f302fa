"""Whoever is stopped reads why, and nothing that must not be stored."""

import json

import pytest

from sidecar.core.exchange.stopping import stopped, stopped_fact
from sidecar.core.model.block import Block, Target
from tests.unit.core.exchange.building import KEY, SSE, Call, event, gate, happened, opening, request, text_deltas
from tests.unit.core.exchange.happening import STOPPED

BLOCK = Block("b1", Target.SUBJECT, "ada", "a leak is suspected", 1.0)


def test_the_sentence() -> None:
    refused = stopped(BLOCK, gate().rules.compiled)
    assert (refused.status, refused.rule) == (451, "blocked")
    assert refused.message == "Stopped by the people who run this gate: a leak is suspected"
    assert refused.headers == {"x-should-retry": "false"}


@pytest.mark.parametrize("reason", [f"it said {KEY}", KEY])
def test_a_secret_in_the_reason_is_told_to_nobody(reason: str) -> None:
    block = Block("b1", Target.ALL, "", reason, 1.0)
    compiled = gate().rules.compiled
    assert KEY not in stopped(block, compiled).message
    assert KEY not in repr(stopped_fact("gx_1", block, "holding", 1.0, compiled))


def test_a_new_call_is_refused_before_it_is_judged_and_written_down() -> None:
    call = Call(gate(blocked=lambda caller, connection: BLOCK if BLOCK.stops(caller, connection) else None))
    call.ask(request(f"use {KEY}")).recorded()
    assert call.reply.status == 451
    assert call.error["type"] == "permission_error"
    assert (call.fact["verdict"], call.fact["rule"], call.fact["refused_with"]) == ("deny", "blocked", 451)
    assert (call.fact["findings"], call.fact["request"]) == ([], None)


@pytest.mark.parametrize(
    ("block", "note"),
    [
        (Block("b", Target.SESSION, "0b5f6c1e-9a37-4a46-8e0f-52a6c1de3f10", "x", 1.0), "the session in the body"),
        (Block("b", Target.CONNECTION, "claude", "x", 1.0), "the connection"),
        (Block("b", Target.ALL, "", "x", 1.0), "everybody"),
    ],
)
def test_whatever_a_block_names(block: Block, note: str) -> None:
    from dataclasses import replace

    from tests.unit.core.exchange.building import CALLER

    world = gate(blocked=lambda caller, connection: block if block.stops(caller, connection) else None)
    user = {"user_id": '{"session_id":"0b5f6c1e-9a37-4a46-8e0f-52a6c1de3f10"}'}
    call = Call(world).ask(request("hi", metadata=user), caller=replace(CALLER, claimed_session=None))
    assert call.fact["rule"] == "blocked", note


def test_a_stream_ends_with_the_sentence_and_is_written_down_as_far_as_it_came() -> None:
    call = Call(gate()).ask(request("hi", stream=True)).recorded()
    from sidecar.core.exchange import events as e
    from sidecar.core.model.http import ResponseHead

    call.tell(e.ResponseStarted(ResponseHead(200, SSE), 2.0))
    begun = opening() + event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    call.tell(e.ResponseChunk(begun + text_deltas(0, "half of it ")[0], 2.0))
    call.tell(STOPPED)
    last = happened(call.received)[-1]
    assert last["type"] == "error"
    assert last["error"] == {
        "type": "permission_error",
        "message": "Stopped by the people who run this gate: a leak is suspected",
    }
    answered = call.facts["answered"]
    assert (answered["complete"], answered["usage"]["input_tokens"]) == (False, 7)
    assert "a leak is suspected" in answered["broken"]
    assert call.facts["stopped"]["state"] == "streaming"
    assert json.dumps(call.facts["stopped"])


def test_what_the_provider_counted_is_counted_also_when_it_was_stopped() -> None:
    world = gate(head="limits: {input_tokens_per_day: 5}")
    from sidecar.core.exchange import events as e
    from sidecar.core.model.http import ResponseHead

    call = Call(world).ask(request("hi", stream=True)).recorded()
    call.tell(e.ResponseStarted(ResponseHead(200, SSE), 2.0))
    call.tell(e.ResponseChunk(opening(), 2.0))
    call.tell(STOPPED)
    assert Call(world, "gx_2").ask(request("hi")).recorded().reply.status == 429
