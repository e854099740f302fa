"""A client gives a held call up by a message of its own; nobody else can."""

import json

import pytest

from sidecar.core.exchange.commands import Ask, WakeAt
from sidecar.core.exchange.events import Settled
from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.mcp.given_up import MOST, GivenUp, cancelled_id
from sidecar.core.exchange.mcp.waits import EVERY
from sidecar.core.model.caller import Caller
from sidecar.core.wire.json_strict import JsonLimits, parse
from sidecar.core.wire.mcp.message import read_message
from tests.unit.core.exchange.building import JSON
from tests.unit.core.exchange.held import APPROVED, settled
from tests.unit.core.exchange.mcp.kept import asking, ended, forwarded, heard, kept, ticked, world
from tests.unit.core.exchange.mcp.speaking import ADA, EVE, ask, request, said


def cancelled(id: object = 7) -> dict[str, object]:
    return said(method="notifications/cancelled", params={"requestId": id})


def give_up(made: Gate, id: object = 7, caller: Caller = ADA) -> None:
    assert ask(made, cancelled(id), caller=caller).forward


def test_it_is_withdrawn_with_the_next_tick() -> None:
    made = world()
    call = kept(made)
    give_up(made)
    ticked(call, EVERY).recorded()
    assert call.facts["approval_decided"]["decision"] == "withdrawn"
    assert call.facts["not_forwarded"]["rule"] == "sends"
    assert (forwarded(call), ended(call)) == (0, True)
    assert "withdrawn" in str(heard(call)[-1])


@pytest.mark.parametrize("headers", [None, JSON], ids=["told that it waits", "told nothing"])
def test_it_does_not_leave_when_people_say_yes_later(headers: object) -> None:
    made = world()
    call = asking(made) if headers is None else asking(made, headers=JSON)
    give_up(made)
    settled(call, APPROVED)
    assert forwarded(call) == 0
    decided = call.facts["approval_decided"]
    assert (decided["decision"], decided["who"]) == ("withdrawn", "grace")


@pytest.mark.parametrize(("id", "caller"), [(8, ADA), ("7", ADA), (7, EVE)], ids=["another", "a text", "not theirs"])
def test_what_is_meant_is_exactly_one_call(id: object, caller: Caller) -> None:
    made = world()
    call = kept(made)
    give_up(made, id, caller)
    assert forwarded(settled(call, APPROVED)) == 1


def test_the_same_id_again_is_another_call() -> None:
    made = world()
    give_up(made)
    assert forwarded(settled(kept(made), APPROVED)) == 1


def test_people_who_answer_late_hurt_nobody() -> None:
    made = world()
    call = kept(made)
    give_up(made)
    ticked(call, EVERY)
    call.tell(Settled(APPROVED, call.at))
    call.recorded()
    assert (forwarded(call), ended(call)) == (0, True)


@pytest.mark.parametrize(
    ("message", "id"),
    [
        (cancelled("x"), "x"),
        (cancelled(True), None),
        (cancelled(None), None),
        (cancelled([]), None),
        (said(method="notifications/progress", params={"requestId": 7}), None),
        (request("notifications/cancelled", requestId=7), None),
    ],
)
def test_what_is_given_up(message: object, id: object) -> None:
    assert cancelled_id(read_message(parse(json.dumps(message).encode(), JsonLimits()))) == id
    assert cancelled_id(None) is None


def test_memory_has_an_end() -> None:
    given_up = GivenUp()
    for number in range(MOST + 10):
        given_up.held(("tickets", "ada", None, number), f"gx_{number}")
    assert len(given_up._held) == MOST
    given_up.cancelled(("tickets", "ada", None, 0))
    assert "gx_0" not in given_up
    given_up.cancelled(("tickets", "ada", None, MOST))
    assert f"gx_{MOST}" in given_up


def test_a_question_without_a_client_that_hears_is_asked_all_the_same() -> None:
    call = asking(headers=JSON)
    assert call.one(Ask)
    assert not [one for one in call.said if isinstance(one, WakeAt)]
