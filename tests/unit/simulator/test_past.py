from collections.abc import Callable

import pytest

from sidecar.simulator.ask import Ask
from sidecar.simulator.past import Past

Make = Callable[..., Ask]
YES = ({"type": "text", "text": "yes"},)
CALL = ({"type": "tool_use", "id": "t1", "name": "Bash", "input": {"b": 1, "a": 2}},)
RESULT = ("user", [{"type": "tool_result", "tool_use_id": "t1", "content": "x"}])


def told(past: Past, ask: Ask, session: str = "s") -> list[tuple[str, str]]:
    before = len(past.complaints)
    past.look(ask, session, "req")
    return [(complaint.kind, complaint.place) for complaint in past.complaints[before:]]


@pytest.fixture
def past(make_ask: Make) -> Past:
    """A session in which the model said yes, then called a tool."""
    past = Past()
    past.said(make_ask("hi"), "s", YES, whole=True)
    past.said(make_ask("hi", ("assistant", "yes"), "go"), "s", CALL, whole=True)
    return past


REORDERED = [{"type": "tool_use", "id": "t1", "name": "Bash", "input": {"a": 2, "b": 1}}]


@pytest.mark.parametrize(
    ("said", "complaints", "note"),
    [
        (["hi"], [], "the same question again"),
        (["hi", ("assistant", "yes"), "go"], [], "what happened"),
        (
            ["hi", ("assistant", "yes"), "go", ("assistant", REORDERED), RESULT],
            [],
            "with an input's keys in another order",
        ),
        (["hi", ("assistant", "yes "), "go"], [("words", "messages.1")], "a space more in the model's words"),
        (["hi", ("assistant", "no"), "go"], [("words", "messages.1")], "words it never said"),
        (["ho", ("assistant", "yes"), "go"], [("past", "messages.0")], "another question before its words"),
        (["hi", ("assistant", "yes"), "stop", ("assistant", REORDERED), RESULT], [("past", "messages.2")], "later"),
        (["what", ("assistant", "so"), "go"], [], "a history that this session never had"),
    ],
)
def test_a_changed_past_is_noticed(
    said: list[object], complaints: list[object], note: str, past: Past, make_ask: Make
) -> None:
    assert told(past, make_ask(*said)) == complaints, note


def test_what_happened_is_counted_too(past: Past, make_ask: Make) -> None:
    past.look(make_ask("hi", ("assistant", "yes"), "go"), "s", "r1")
    past.look(make_ask("what", ("assistant", "so"), "go"), "s", "r2")
    report = past.report()
    assert (report["exchanges"], report["answers_replayed"], report["foreign_turns"]) == (2, 1, 1)


def test_a_seal_that_broke_is_given_back(past: Past, make_ask: Make) -> None:
    thinking = {"type": "thinking", "thinking": "hm", "signature": "AAAA"}
    broken = past.look(make_ask("hi", ("assistant", [thinking, *YES]), "go"), "s", "r1")
    assert (broken.kind, broken.place, broken.what) == ("signature", "messages.1.content.0", "the signature")
    assert past.report()["complaints"] == [
        {"request": "r1", "session": "s", "kind": "signature", "place": "messages.1.content.0", "what": "the signature"}
    ]


def test_sessions_are_strangers(past: Past, make_ask: Make) -> None:
    assert told(past, make_ask("hi", ("assistant", "no"), "go"), session="other") == []


def test_an_answer_that_broke_off_may_be_told_in_part(make_ask: Make) -> None:
    past = Past()
    past.said(make_ask("hi"), "s", ({"type": "text", "text": "a long answer"},), whole=False)
    assert told(past, make_ask("hi", ("assistant", "a long"), "go on")) == []


def test_the_rest_of_a_prefilled_answer_is_one_answer(make_ask: Make) -> None:
    past = Past()
    past.said(make_ask("hi", ("assistant", "I")), "s", ({"type": "text", "text": " see"},), whole=True)
    both = [{"type": "text", "text": "I"}, {"type": "text", "text": " see"}]
    assert told(past, make_ask("hi", ("assistant", both), "and?")) == []
    assert told(past, make_ask("hi", ("assistant", "I"), "and?")) == [("words", "messages.1")]
