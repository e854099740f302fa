"""Tickets and blocks as the API tells them."""

import pytest

from sidecar.control.desk.blocks import Standing
from sidecar.control.person import Person, Role
from sidecar.control.web.api import told
from sidecar.core.approval import ticket as states
from sidecar.core.approval.ticket import Reviewer, State
from sidecar.core.model.block import Block, Target
from sidecar.core.model.hold import Terms
from tests.unit.control.web.rig import asked

GRACE = Person("grace", "company", frozenset({"sre"}), frozenset({Role.REVIEWER}))
TERMS = Terms(("sre",), 2, 60.0, True, 3600.0)


def test_a_call_in_full() -> None:
    ticket = states.opened("tk", asked(terms=TERMS), 100.0)
    ticket = states.decided(ticket, Reviewer("alan", "company", frozenset({"sre"}), True), True, "fine", 110.0)
    said = told.full_approval(ticket, GRACE, 130.0)
    assert (said.state, said.seconds_left, said.approvals, said.approvals_needed) == ("pending", 30.0, 1, 2)
    assert (said.approvers, said.rationale_required, said.reuse_seconds) == (["sre"], True, 3600.0)
    assert [(one.subject, one.yes, one.rationale) for one in said.decisions] == [("alan", True, "fine")]
    assert said.content[0].marks[0].model_dump() == {"start": 0, "end": 6, "rule": "destructive"}
    assert [one.title for one in said.before] == ["Prompt"]
    assert said.cannot is None


@pytest.mark.parametrize(
    ("note", "person", "now", "why"),
    [
        ("own call", Person("ada", "company", frozenset({"sre"}), frozenset({Role.REVIEWER})), 1.0, "own call"),
        ("no reviewer", Person("x", "company", frozenset({"sre"})), 1.0, "Only reviewers"),
        ("other group", Person("x", "company", frozenset(), frozenset({Role.REVIEWER})), 1.0, "somebody of sre"),
        ("late", GRACE, 60.0, "expired"),
    ],
)
def test_why_not(note: str, person: Person, now: float, why: str) -> None:
    assert why in str(told.approval(states.opened("tk", asked(terms=TERMS), 0.0), person, now).cannot)


def test_nothing_is_left_of_what_ended() -> None:
    ticket = states.expired(states.opened("tk", asked(terms=TERMS), 0.0), 61.0)
    assert told.approval(ticket, GRACE, 61.0).seconds_left == 0.0


def test_a_block() -> None:
    said = told.block(
        Standing(Block("bl", Target.AGENT, "crawler", "loops", 5.0), "company/grace", 9.0, "company/root")
    )
    assert said.model_dump(mode="json") == {
        "id": "bl", "target": "agent", "value": "crawler", "reason": "loops", "at": 5.0, "before": None,
        "by": "company/grace", "lifted": 9.0, "lifted_by": "company/root",
    }  # fmt: skip


def test_states() -> None:
    assert told.states(None) == told.states("") == ()
    assert told.states("pending, used") == (State.PENDING, State.USED)
    with pytest.raises(ValueError, match="maybe"):
        told.states("maybe")
