"""A client that waits and reads no streams: one JSON text, with empty lines before it."""

import json

import pytest

from sidecar.core.exchange.commands import Ask, OpenAnswer
from sidecar.core.exchange.mcp.waits import EVERY, SOON
from tests.unit.core.exchange.building import KEY
from tests.unit.core.exchange.held import APPROVED, DENIED, settled
from tests.unit.core.exchange.mcp.kept import ALONE, asking, ended, forwarded, kept, message, opened, ticked
from tests.unit.core.exchange.mcp.speaking import text
from tests.unit.core.exchange.test_waiting import PAGE, sentence


def test_it_hears_nothing_and_is_kept_for_as_long_as_the_rule_says() -> None:
    call = asking(headers=ALONE)
    assert call.one(Ask).patience == 1201.0
    for number in range(1, 4):
        ticked(call, SOON if number == 1 else EVERY)
        assert (call.received, opened(call), forwarded(call)) == (b"\n" * number, 1, 0)
    assert ("content-type", "application/json") in call.one(OpenAnswer).headers


def test_what_was_approved_leaves_once_and_its_answer_is_the_text() -> None:
    call = settled(kept(body=message(to=KEY), headers=ALONE), APPROVED)
    assert forwarded(call) == 1
    call.answered(text(f"the key is {KEY}", 7))
    answer = json.loads(call.received)
    assert (answer["id"], KEY in call.received.decode()) == (7, False)
    assert ended(call)


def test_a_refusal_is_the_text() -> None:
    call = settled(kept(headers=ALONE), DENIED)
    assert "Denied by grace" in sentence(json.loads(call.received))
    assert (forwarded(call), ended(call)) == (0, True)


@pytest.mark.parametrize("status", [200, 404, 503])
def test_what_is_no_answer_is_told_as_an_error(status: int) -> None:
    call = settled(kept(headers=ALONE), APPROVED).answered(b"<p>no</p>", PAGE, status)
    assert f"status {status}" in sentence(json.loads(call.received))
    assert ended(call)
