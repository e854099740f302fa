"""Held calls on a terminal."""

import pytest

from sidecar.cli.approval_lines import END, MARK, full, left, listed, marked
from sidecar.control.person import Person, Role
from sidecar.control.web.api import told
from sidecar.core.approval import ticket as states
from sidecar.core.approval.asked import Excerpt, Mark
from sidecar.core.approval.ticket import Reviewer
from sidecar.core.model.hold import Terms
from tests.unit.control.web.rig import asked

EVIL = "\x1b[2J\x07\u202eq\r"
GRACE = Person("grace", "company", frozenset(), frozenset({Role.REVIEWER}))


def call(now: float = 10.0, person: Person = GRACE, **more: object) -> dict[str, object]:
    ticket = states.opened("tk", asked(**more), 0.0)
    if ticket.asked.terms.approvals > 1:
        ticket = states.decided(ticket, Reviewer("alan", "company", may_review=True), True, EVIL, 1.0)
    return told.full_approval(ticket, person, now).model_dump(mode="json")


@pytest.mark.parametrize(
    ("marks", "shown"),
    [
        ([], "a\\x1bbc"),
        ([(0, 2)], ">>a\\x1b<<bc"),
        ([(0, 2), (1, 3)], ">>a\\x1b<<>>b<<c"),
        ([(3, 99), (50, 60)], "a\\x1bb>>c<<"),
    ],
)
def test_marked(marks: list[tuple[int, int]], shown: str) -> None:
    part = {"text": "a\x1bbc", "marks": [{"start": start, "end": end} for start, end in marks]}
    assert marked(part, colour=False) == shown
    assert marked(part, colour=True) == shown.replace(">>", MARK).replace("<<", END)


def test_nothing_is_obeyed() -> None:
    part = Excerpt(EVIL, EVIL, (Mark(0, 2, EVIL),))
    fields = ("subject", "agent", "session", "connection", "tool", "rule", "policy", "why", "model", "gate")
    said = call(**dict.fromkeys(fields, EVIL), content=(part,), before=(part,), terms=Terms(approvals=2))
    for lines in (full(said, False), listed([said])):
        text = "\n".join(lines)
        assert not any(bad in text for bad in ("\x1b", "\x07", "\u202e", "\r"))
        assert "\\x1b[2J" in text


def test_full() -> None:
    text = "\n".join(full(call(terms=Terms(approvals=2, timeout=600.0)), False))
    for said in (
        "tk  pending, 9:50 left",
        "Bash of ada with builder",
        "1 of 2 approvals",
        "alan said yes",
        "Just before:",
    ):
        assert said in text, said
    assert "You cannot decide here: Nobody decides on their own call." in "\n".join(
        full(call(person=Person("ada", "company", frozenset(), frozenset({Role.REVIEWER}))), False)
    )


def test_left() -> None:
    assert [left({"state": "pending", "seconds_left": s}) for s in (7384, 599.9, 0)] == ["2h03", "9:59", "0:00"]
    assert left({"state": "denied", "seconds_left": 0}) == ""


def test_long_names_are_cut() -> None:
    rows = list(listed([call(subject="x" * 300, tool=None, model=None, agent=None)]))
    assert max(map(len, rows)) < 170
    assert "request to claude" in rows[1]
