"""What people are asked, what came of it, and what the client reads."""

import json

import pytest

from sidecar.core.approval.answer import Answer, Decider, Outcome
from sidecar.core.exchange.commands import Ask, Forward, Respond
from sidecar.core.exchange.events import Settled
from sidecar.core.exchange.holding import PATIENCE, in_words, refusal
from sidecar.core.exchange.let_go import let_go
from sidecar.core.model.hold import Terms
from tests.unit.core.exchange.building import KEY, MAIL, Call, encoded, request
from tests.unit.core.exchange.happening import NOT_ON_DISK
from tests.unit.core.exchange.held import (
    APPROVED,
    AS_ANSWER,
    DENIED,
    PROMPT,
    TWO,
    asked,
    held,
    holding,
    kinds,
    question,
    settled,
)


class TestApproved:
    def test_what_was_judged_leaves_and_nothing_else(self) -> None:
        body = encoded(request(f"{PROMPT} with {MAIL}"))
        call, _ = held(holding(), body)
        assert not [one for one in call.said if isinstance(one, Forward)]
        settled(call, APPROVED)
        assert MAIL.encode() not in call.forward.body
        assert b"deploy to prod" in call.forward.body
        assert call.forward.body.replace(b"[EMAIL_", b"").startswith(body[:40])

    def test_untouched_bytes_leave_as_they_came(self) -> None:
        body = encoded(request(PROMPT, system="long " * 5000))
        call, _ = held(holding(), body)
        assert settled(call, APPROVED).forward.body == body

    def test_everything_is_recorded_in_order(self) -> None:
        call, one = held(holding(), request(PROMPT))
        settled(call, APPROVED)
        assert kinds(call.said) == ["decided", "approval_asked", "approval_decided"]
        facts = call.facts
        assert (facts["decided"]["verdict"], facts["decided"]["rule"]) == ("hold", "deploys")
        assert facts["decided"]["refused_with"] is None
        assert facts["approval_asked"]["approval"] == facts["approval_decided"]["approval"] == one.id == "gx_1.1"
        assert facts["approval_asked"]["approvers"] == ["sre"]
        assert facts["approval_asked"]["fingerprint"] == one.fingerprint
        decided = facts["approval_decided"]
        assert (decided["decision"], decided["who"], decided["rationale"]) == ("approved", "grace", "go ahead")
        assert (decided["ticket"], decided["waited_seconds"]) == ("t1", 2.0)

    def test_the_time_that_people_take_is_told_apart(self) -> None:
        call, _ = held(holding(), request(PROMPT))
        settled(call, APPROVED, after=30.0).answered({"type": "message", "content": [], "usage": {}})
        latency = call.facts["answered"]["latency"]
        assert (latency["human_ms"], latency["gate_ms"]) == (30_000.0, 0.0)


@pytest.mark.parametrize(
    ("answer", "terms", "status", "kind", "sentence", "note"),
    [
        (DENIED, {}, 451, "permission_error", "Denied by grace: not on a Friday", "with a reason"),
        (
            Answer(Outcome.DENIED, "t", (Decider("grace", "p", False, None, 1.0),)),
            {},
            451,
            "permission_error",
            "Denied by grace.",
            "without one",
        ),
        (
            Answer(Outcome.DENIED, "t", (Decider("eve", "p", True, "fine", 1.0), *DENIED.deciders)),
            {},
            451,
            "permission_error",
            "Denied by grace: not on a Friday",
            "one said yes before",
        ),
        (Answer(Outcome.DENIED), {}, 451, "permission_error", "Denied.", "by nobody that is known"),
        (
            Answer(Outcome.EXPIRED, "t"),
            {},
            451,
            "permission_error",
            "Nobody decided within 10 minutes. Ask again.",
            "expired",
        ),
        (
            Answer(Outcome.EXPIRED, "t"),
            {"approvals": 2, "timeout": 3600.0},
            451,
            "permission_error",
            "Not all of the 2 people needed decided within 1 hour.",
            "too few",
        ),
        (
            Answer(Outcome.UNAVAILABLE, message="the control plane is away"),
            {},
            503,
            "overloaded_error",
            "nobody can be asked right now (the control plane is away)",
            "nobody to ask",
        ),
        (Answer(Outcome.TOO_MANY), {}, 429, "rate_limit_error", "Too many of your calls wait", "a flood"),
        (Answer(Outcome.TOO_MANY, message="20 wait."), {}, 429, "rate_limit_error", "20 wait.", "a flood, in words"),
        (Answer(Outcome.WAITING, "t"), {}, 408, "timeout_error", "Nobody has decided yet.", "come again"),
        (Answer(Outcome.WITHDRAWN, "t"), {}, 451, "permission_error", "withdrawn", "withdrawn"),
    ],
)
def test_whatever_is_no_yes_is_told_in_a_sentence(
    answer: Answer, terms: dict[str, object], status: int, kind: str, sentence: str, note: str
) -> None:
    refused = refusal(answer, asked(terms=Terms(**terms)))  # type: ignore[arg-type]
    assert (refused.status, refused.code.value) == (status, kind), note
    assert refused.message.startswith(sentence) or sentence in refused.message, note
    assert "gx_1" in refused.message
    assert refused.rule == "deploys"
    again = {408: {"retry-after": "1"}, 503: {}}
    assert refused.headers == again.get(status, {"x-should-retry": "false"}), note


class TestTurnedBack:
    @pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.APPROVED])
    def test_nothing_leaves(self, outcome: Outcome) -> None:
        call, _ = held(holding(), request(PROMPT))
        settled(call, Answer(outcome, "t1"))
        assert not [one for one in call.said if isinstance(one, Forward)]
        assert call.reply.status >= 400
        fact = call.facts["not_forwarded"]
        assert fact["why"] == call.error["message"]
        assert (fact["connection"], fact["verdict"], fact["status"]) == ("claude", "hold", call.reply.status)

    def test_a_denial_that_lets_the_session_live(self) -> None:
        call, _ = held(holding(AS_ANSWER), request(PROMPT))
        settled(call, DENIED)
        assert call.reply.status == 200
        assert "Denied by grace: not on a Friday" in json.loads(call.reply.body)["content"][0]["text"]
        assert dict(call.reply.headers)["x-gatehouse-rule"] == "deploys"

    @pytest.mark.parametrize("outcome", [Outcome.WAITING, Outcome.UNAVAILABLE, Outcome.TOO_MANY])
    def test_what_may_be_tried_again_is_never_an_answer(self, outcome: Outcome) -> None:
        call, _ = held(holding(AS_ANSWER), request(PROMPT))
        assert settled(call, Answer(outcome)).reply.status in (408, 503, 429)

    def test_a_reviewer_who_quotes_a_secret_is_masked(self) -> None:
        call, _ = held(holding(), request(f"{PROMPT} {MAIL}"))
        settled(call, Answer(Outcome.DENIED, "t", (Decider("grace", "p", False, f"no {KEY} for {MAIL}", 1.0),)))
        told = call.reply.body + repr(call.facts["approval_decided"]).encode()
        assert KEY.encode() not in told
        assert MAIL.encode() not in told
        assert "no [KEY_" in call.error["message"]


class TestPatience:
    def test_a_call_waits_less_than_its_client_does(self) -> None:
        call, _ = held(holding(), request(PROMPT))
        (ask,) = [one for one in call.said if isinstance(one, Ask)]
        assert ask.patience == PATIENCE < 600

    def test_all_questions_share_it(self) -> None:
        call, first = held(holding(TWO), request(PROMPT))
        assert first.rule == "budget"
        settled(call, APPROVED, after=200.0).recorded()
        second = [one for one in call.said if isinstance(one, Ask)][-1]
        assert (second.asked.rule, second.patience) == ("deploys", PATIENCE - 200.0)

    def test_the_next_try_has_the_same_fingerprint_under_another_name(self) -> None:
        world = holding()
        call, first = held(world, request(PROMPT))
        settled(call, Answer(Outcome.WAITING, "t1"), after=PATIENCE)
        assert dict(call.reply.headers)["retry-after"] == "1"
        assert "x-should-retry" not in dict(call.reply.headers)
        _, second = held(world, request(PROMPT), id="gx_2", at=1600.0)
        assert (second.fingerprint, second.session_key) == (first.fingerprint, first.session_key)
        assert second.id == "gx_2.1"


class TestSeveral:
    def test_every_rule_asks_for_itself_in_the_order_of_names(self) -> None:
        call, first = held(holding(TWO), request(PROMPT))
        assert (first.rule, first.terms.approvals, first.id) == ("budget", 2, "gx_1.1")
        settled(call, APPROVED)
        assert not [one for one in call.said if isinstance(one, Forward)], "one yes is not enough"
        call.recorded()
        second = question(call.said)
        assert (second.rule, second.terms.approvers, second.id) == ("deploys", ("sre",), "gx_1.2")
        assert settled(call, APPROVED).forward
        assert kinds(call.said).count("approval_decided") == 2

    def test_one_no_is_enough(self) -> None:
        call, _ = held(holding(TWO), request(PROMPT))
        settled(call, DENIED)
        assert call.reply.status == 451
        assert [type(one) for one in call.said].count(Ask) == 1


def test_a_yes_is_remembered_for_exactly_these_words() -> None:
    world = holding()
    call, one = held(world, request(PROMPT))
    memory = world.memories.of("company\nada\ns-1")
    assert not let_go(memory, (one.policy, one.rule, one.terms), PROMPT)
    settled(call, APPROVED)
    assert let_go(memory, (one.policy, one.rule, one.terms), PROMPT)
    assert not let_go(memory, (one.policy, one.rule, one.terms), PROMPT + "!")


@pytest.mark.parametrize("step", ["approval_asked", "approval_decided"])
def test_what_cannot_be_recorded_does_not_happen(step: str) -> None:

    call = Call(holding()).ask(request(PROMPT)).recorded()
    if step == "approval_decided":
        call.recorded()
        call.tell(Settled(APPROVED, 1001.0))
    call.tell(NOT_ON_DISK)
    assert call.reply.status == 503
    assert not [one for one in call.said if isinstance(one, Forward)]
    assert [one for one in call.said if isinstance(one, Respond)]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(600.0, "10 minutes"), (60.0, "1 minute"), (3600.0, "1 hour"), (7200.0, "2 hours"), (90.0, "90 seconds")],
)
def test_durations_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
