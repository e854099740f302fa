"""What the provider counted reaches the ledger, however the answer ended."""

from sidecar.core.exchange.commands import (
    Respond,
)
from sidecar.core.exchange.gate import Gate
from tests.unit.core.exchange.building import (
    KEY,
    SSE,
    ask,
    encoded,
    gate,
    message,
    request,
    text_block,
)
from tests.unit.core.exchange.happening import DENIES, GONE, HALF_STREAM, REPLY, STREAMS

HEAD = "limits: {output_tokens_per_day: 5, input_tokens_per_day: 1000}"


def refused(world: Gate) -> bool:
    call = ask(world, request("again"))
    refusals = [one for one in call.said if isinstance(one, Respond)]
    assert all(one.status == 429 and dict(one.headers)["retry-after"] for one in refusals)
    return bool(refusals)


def test_a_stream_counts() -> None:
    world = gate(head=HEAD)
    ask(world, request("hi")).answered([message(text_block(0, "hi"))], SSE)
    assert refused(world)


def test_what_a_day_cost() -> None:
    prices = "prices: {'claude-sonnet-*': {input: 100000, output: 100000}, '*': {input: 1, output: 1}}"
    for dollars, over in (("1.2", True), ("1.3", False)):
        world = gate(head=f"limits: {{cost_per_day: {dollars}, {prices}}}")
        ask(world, request("hi")).answered([message(text_block(0, "hi"))], SSE)
        assert refused(world) is over, "twelve tokens of the model at ten cents each"


def test_a_json_answer_counts() -> None:
    world = gate(head=HEAD)
    ask(world, request("hi")).answered({**REPLY, "usage": {"input_tokens": 1, "output_tokens": 5}})
    assert refused(world)


def test_a_denied_stream_counts_to_its_end() -> None:
    """Otherwise who provokes denials pays for nothing."""
    world = gate(DENIES, head=HEAD)
    call = ask(world, request("hi")).answered([message(text_block(0, f"so {KEY} it is"), text_block(1, "on"))], SSE)
    assert call.facts["answered"]["usage"]["output_tokens"] == 5
    assert refused(world)


def test_an_answer_that_nobody_waited_for_counts() -> None:
    world = gate(head="limits: {input_tokens_per_day: 7}")
    call = ask(world, request("hi"))
    call.tell(STREAMS)
    call.tell(HALF_STREAM)
    call.tell(GONE)
    assert refused(world)


def test_a_refused_call_costs_nothing() -> None:
    world = gate(DENIES, head=HEAD)
    ask(world, request(KEY))
    assert not refused(world)


def test_the_results_of_a_batch_count_once() -> None:
    """All of its messages; fetching them again is free, and so is another's batch."""
    world = gate(head="limits: {output_tokens_per_day: 12}")
    line = encoded({"custom_id": "a", "result": {"message": {**REPLY, "usage": {"output_tokens": 5}}}})

    def fetch(batch: str) -> None:
        call = ask(world, None, f"/v1/messages/batches/{batch}/results?x=y", method="GET")
        call.answered(b"\n".join((line, line)), (("content-type", "application/x-jsonl"),))
        assert call.facts["answered"]["usage"]["output_tokens"] == 10

    fetch("msgbatch_1")
    fetch("msgbatch_1")
    assert not refused(world)
    fetch("msgbatch_2")
    assert refused(world)
