"""What people let go is not held again where the conversation repeats it; anything else is."""

import json
from dataclasses import replace

import pytest

from sidecar.core.exchange.commands import Ask, Forward
from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.let_go import MOST_SPOTS, Hold, let_go, remember
from sidecar.core.mask.memory import SessionMemory
from sidecar.core.model.action import Action
from sidecar.core.model.detector import Match
from sidecar.core.model.finding import Verdict
from sidecar.core.model.hold import Terms
from sidecar.core.model.place import Place
from sidecar.core.policy.judge import Found
from tests.unit.core.exchange.building import CALLER, MAIL, request
from tests.unit.core.exchange.held import APPROVED, AS_ANSWER, DENIED, PROMPT, held, holding, settled

FOUND = Found(Place.PROMPT, "messages[0].content", "rule/p/deploys", "PRIVATE", None, "request", False)
KEY = ("p", "deploys", Terms(("sre",)))


@pytest.mark.parametrize(
    ("key", "text", "known", "note"),
    [
        (KEY, PROMPT, True, "the same"),
        (KEY, PROMPT + " ", False, "another word"),
        (("p", "others", KEY[2]), PROMPT, False, "another rule"),
        (("q", "deploys", KEY[2]), PROMPT, False, "another policy"),
        (("p", "deploys", Terms(("sre",), approvals=2)), PROMPT, False, "stricter terms"),
        (("p", "deploys", None), PROMPT, False, "no terms"),
    ],
)
def test_known_by_rule_terms_and_words(key: object, text: str, known: bool, note: str) -> None:
    hold, memory = Hold(Verdict(Action.HOLD, "deploys", "p", terms=KEY[2])), SessionMemory()
    hold.because(FOUND, PROMPT, [Match(7, 21, "rule/p/deploys")])
    remember(memory, tuple(hold.texts))
    assert let_go(memory, key, text) is known, note  # type: ignore[arg-type]


def test_bounded_and_silent() -> None:
    hold = Hold(Verdict(Action.HOLD, "deploys", "p"))
    for number in range(3 * MOST_SPOTS):
        hold.because(FOUND, f"{PROMPT} {number}", [])
    assert len(hold.spots) == MOST_SPOTS
    assert len(hold.texts) == 3 * MOST_SPOTS, "all of them are let go together"
    assert "prod" not in repr(hold)


def later(world: Gate, *contents: object, **how: object) -> list[object]:
    from tests.unit.core.exchange.building import Call

    return list(Call(world, "gx_2", 2000.0).ask(request(*contents), **how).recorded().recorded().said)  # type: ignore[arg-type]


@pytest.fixture
def approved() -> Gate:
    world = holding()
    call, _ = held(world, request(PROMPT))
    settled(call, APPROVED)
    return world


def test_in_the_past_it_is_not_asked_again(approved: Gate) -> None:
    said = later(approved, PROMPT, "done", "thanks")
    assert [one for one in said if isinstance(one, Forward)]


@pytest.mark.parametrize(
    ("contents", "note"),
    [
        ((PROMPT,), "the same prompt once more, as the newest"),
        (("hi", "hello", PROMPT), "said again later"),
        ((PROMPT, "done", PROMPT), "said again after it was done"),
        ((f"{PROMPT}!", "done", "thanks"), "another past"),
    ],
)
def test_what_is_new_is_asked(approved: Gate, contents: tuple[str, ...], note: str) -> None:
    assert [one for one in later(approved, *contents) if isinstance(one, Ask)], note


@pytest.mark.parametrize(
    ("caller", "note"),
    [
        (replace(CALLER, claimed_session="s-2"), "another session"),
        (replace(CALLER, subject="bob"), "another caller"),
    ],
)
def test_in_another_session_it_is_asked(approved: Gate, caller: object, note: str) -> None:
    assert [one for one in later(approved, PROMPT, "done", "thanks", caller=caller) if isinstance(one, Ask)], note


def test_what_was_denied_with_an_answer_stays_out_from_then_on() -> None:
    world = holding(AS_ANSWER)
    call, _ = held(world, request(PROMPT))
    settled(call, DENIED)
    (forward,) = [one for one in later(world, PROMPT, "Denied by grace", "what else?") if isinstance(one, Forward)]
    sent = json.loads(forward.body or b"")["messages"][0]["content"]
    assert "deploy to prod" not in sent
    assert sent.startswith("please [")


def test_a_yes_does_not_show_what_another_rule_masks() -> None:
    world = holding("\n  - {id: mailing, detect: [pii/email], do: hold}\n")
    call, _ = held(world, request(f"write to {MAIL}"))
    assert call.facts["decided"]["verdict"] == "hold"
    body = settled(call, APPROVED).forward.body
    assert MAIL.encode() not in body
    assert b"[EMAIL_" in body
