"""The table of states, who may decide, and a machine that tries every order of things."""

from dataclasses import replace

import pytest
from hypothesis import settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sidecar.core.approval import ticket as t
from sidecar.core.approval.answer import Outcome
from sidecar.core.approval.asked import Asked, What
from sidecar.core.model.hold import Terms

TERMS = Terms(approvers=("sre",), approvals=2, timeout=100.0, reuse=3600.0)
ASKED = Asked(
    "a1", "fp", "key", What.REQUEST, "gate", "gx_1", "claude", "dev", "company", (), "s1", "agent", "model", None,
    "destructive", "engineering", "digest", "it destroys data", TERMS, 5.0,
)  # fmt: skip
SRE = frozenset({"sre"})
ANN = t.Reviewer("ann", "company", SRE, True)
BEN = t.Reviewer("ben", "company", SRE, True)


def ticket(terms: Terms = TERMS) -> t.Ticket:
    return t.opened("tk_1", replace(ASKED, terms=terms), 1_000.0)


def test_the_deadline_is_of_the_keepers_clock() -> None:
    assert ticket().deadline == 1_100.0


def test_two_different_people_approve_and_the_call_goes_once() -> None:
    first = t.decided(ticket(), ANN, True, " fine ", 1_001.0)
    assert (first.state, first.decisions[0].rationale, t.answer(first, "a1")) == (t.State.PENDING, "fine", None)
    both = t.decided(first, BEN, True, None, 1_002.0)
    assert (both.state, both.deadline, both.ended) == (t.State.APPROVED, 1_002.0 + t.USE_WITHIN, None)
    gone = t.used(both, "a1", 1_003.0)
    assert (gone.state, gone.ended, gone.used_by) == (t.State.USED, 1_003.0, "a1")
    told = t.answer(gone, "a1")
    assert told is not None
    assert (told.outcome, [one.subject for one in told.deciders]) == (Outcome.APPROVED, ["ann", "ben"])
    assert t.answer(gone, "a2") is None
    assert t.used(gone, "a2", 1_004.0) is gone


def test_one_no_denies_at_once() -> None:
    first = t.decided(ticket(), ANN, True, None, 1_001.0)
    denied = t.decided(first, BEN, False, "no", 1_002.0)
    assert (denied.state, denied.ended) == (t.State.DENIED, 1_002.0)
    assert t.answer(denied, "whoever") is not None


CASES = [
    ("own call", ticket(), replace(ANN, subject="dev"), "own call"),
    ("own call in other letters", ticket(), replace(ANN, subject="DEV"), "own call"),
    ("own call by a token that we exchanged", ticket(), replace(ANN, subject="dev", provider="gatehouse"), "own call"),
    ("another group", ticket(), replace(ANN, groups=frozenset({"dev"})), "somebody of sre"),
    ("no reviewer", ticket(), replace(ANN, may_review=False), "Only reviewers"),
    ("twice", t.decided(ticket(), ANN, True, None, 1.0), ANN, "decided already"),
    ("twice in other letters", t.decided(ticket(), ANN, True, None, 1.0), replace(ANN, subject="Ann"), "already"),
    ("denied", t.decided(ticket(), BEN, False, None, 1.0), ANN, "already denied"),
    ("expired", t.expired(ticket(), 1_100.0), ANN, "has expired"),
    ("withdrawn", t.withdrawn(ticket(), 1.0), ANN, "withdrawn"),
    ("used", replace(ticket(), state=t.State.USED), ANN, "the call went"),
    ("approved", replace(ticket(), state=t.State.APPROVED), ANN, "already approved"),
]


@pytest.mark.parametrize(("note", "case", "reviewer", "why"), CASES, ids=[case[0] for case in CASES])
@pytest.mark.parametrize("yes", [True, False])
def test_who_cannot_decide(note: str, case: t.Ticket, reviewer: t.Reviewer, why: str, yes: bool) -> None:
    with pytest.raises(t.NotAllowed, match=why):
        t.decided(case, reviewer, yes, "because", 1_050.0)


def test_the_same_subject_of_another_company_is_another_person() -> None:
    other = replace(ANN, subject="dev", provider="contractors")
    assert t.decided(ticket(), other, True, None, 1_001.0).yes == 1


def test_a_decision_in_the_last_moment_and_one_after_it() -> None:
    assert t.decided(ticket(), ANN, True, None, 1_099.9).yes == 1
    with pytest.raises(t.NotAllowed, match="has expired"):
        t.decided(ticket(), ANN, True, None, 1_100.0)


WORDS = [
    ("rationale missing", Terms(rationale_required=True), True, "  ", False, "wants a rationale"),
    ("rationale missing for a no", Terms(rationale_required=True), False, None, False, "wants a rationale"),
    ("rationale too long", Terms(), True, "x" * 2_001, False, "at most"),
    ("no reuse in the rule", Terms(), True, None, True, "one call only"),
    ("a no is not extended", TERMS, False, None, True, "one call only"),
]


@pytest.mark.parametrize(("note", "terms", "yes", "rationale", "session", "why"), WORDS, ids=[w[0] for w in WORDS])
def test_words_that_do_not_fit(
    note: str, terms: Terms, yes: bool, rationale: str | None, session: bool, why: str
) -> None:
    with pytest.raises(t.NotAllowed, match=why):
        t.decided(ticket(terms), ANN, yes, rationale, 1_001.0, for_session=session)


@pytest.mark.parametrize(("one", "other", "until"), [(True, True, 4_602.0), (True, False, None), (False, True, None)])
def test_a_yes_stands_for_the_session_if_all_meant_it_so(one: bool, other: bool, until: float | None) -> None:
    first = t.decided(ticket(), ANN, True, None, 1_001.0, for_session=one)
    assert t.decided(first, BEN, True, None, 1_002.0, for_session=other).for_session_until == until


def test_an_approval_that_nobody_uses_expires() -> None:
    approved = t.decided(ticket(Terms()), ANN, True, None, 1_001.0)
    assert t.used(approved, "a1", 1_001.0 + t.USE_WITHIN) is approved
    assert t.expired(approved, 1_001.0 + t.USE_WITHIN).state is t.State.EXPIRED
    assert t.withdrawn(approved, 1_002.0).state is t.State.WITHDRAWN


def test_the_table_leads_from_open_states_only_and_names_every_state() -> None:
    assert {state for state, _ in t.TABLE} == t.OPEN
    assert {*t.TABLE.values()} == set(t.State)
    ends = [replace(ticket(), state=state) for state in t.State if state not in t.OPEN]
    assert all(
        t.expired(end, 9e9) is end and t.withdrawn(end, 9e9) is end and t.used(end, "x", 1.0) is end for end in ends
    )


PEOPLE = [
    t.Reviewer(subject, provider, frozenset(groups), may)
    for subject in ("dev", "ann", "Ann", "ben", "cem")
    for provider in ("company", "gatehouse", "other")
    for groups in (("sre",), ("dev",))
    for may in (True, False)
]


class Life(RuleBasedStateMachine):
    """Whatever happens in whatever order."""

    @initialize(approvals=strategies.integers(1, 3), open_to_all=strategies.booleans())
    def begin(self, approvals: int, open_to_all: bool) -> None:
        self.ticket = ticket(Terms(() if open_to_all else ("sre",), approvals, 100.0))
        self.now = 1_000.0
        self.went: set[str] = set()
        self.end: t.Ticket | None = None

    @rule(seconds=strategies.floats(0, 60))
    def time_goes_by(self, seconds: float) -> None:
        self.now += seconds

    @rule(person=strategies.sampled_from(PEOPLE), yes=strategies.booleans())
    def somebody_decides(self, person: t.Reviewer, yes: bool) -> None:
        try:
            self.moved(t.decided(self.ticket, person, yes, None, self.now))
        except t.NotAllowed:
            return
        assert person.may_review
        assert person.subject != "dev" or person.provider == "other"
        assert not self.ticket.asked.terms.approvers or "sre" in person.groups

    @rule()
    def time_is_looked_at(self) -> None:
        self.moved(t.expired(self.ticket, self.now))

    @rule()
    @precondition(lambda self: self.now > 1_150)
    def the_asker_leaves(self) -> None:
        self.moved(t.withdrawn(self.ticket, self.now))

    @rule(asker=strategies.sampled_from(["a1", "a2"]))
    def an_asker_comes(self, asker: str) -> None:
        self.moved(t.used(self.ticket, asker, self.now))
        told = t.answer(self.ticket, asker)
        if told and told.outcome is Outcome.APPROVED:
            self.went.add(asker)

    def moved(self, after: t.Ticket) -> None:
        if self.end is not None:
            assert after == self.end
        self.ticket = after
        if not after.open:
            self.end = after

    @invariant()
    def it_goes_once_and_only_with_enough_different_people(self) -> None:
        assert len(self.went) <= 1
        if self.ticket.state in (t.State.APPROVED, t.State.USED):
            people = {one.subject.casefold() for one in self.ticket.decisions if one.yes}
            named = {(one.subject.casefold(), one.provider) for one in self.ticket.decisions if one.yes}
            assert len(named) >= self.ticket.asked.terms.approvals
            assert people
            assert all(one.yes for one in self.ticket.decisions)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
