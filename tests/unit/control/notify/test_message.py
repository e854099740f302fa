"""What a person reads: one line each, nothing unseen, and a link to the card."""

from dataclasses import replace

import pytest

from sidecar.control.notify.message import LONGEST_FACT, LONGEST_TEXT, link, message
from sidecar.control.notify.news import News
from sidecar.core.approval.asked import Excerpt, Mark
from sidecar.core.approval.ticket import State
from sidecar.core.model.block import Block, Target
from sidecar.settings.notify import Occasion
from tests.unit.control.notify.told import BLOCK, TICKET, URL, denied, evil_message, news, stopped, ticket

EXPIRED = replace(TICKET, state=State.EXPIRED, ended=1_600.0)
UNUSED = replace(denied(), state=State.EXPIRED, decisions=(replace(denied().decisions[0], yes=True),))
APPROVED = replace(UNUSED, state=State.APPROVED)
TITLES = (
    ("a ticket opens", news(), "A call waits for you: Bash for dev"),
    ("a request, not a tool", news(of=ticket(tool=None)), "A call waits for you: a request of dev"),
    ("half of its time is over", news(Occasion.REMINDER), "Still waiting, half of its time is over: Bash for dev"),
    ("somebody said no", news(Occasion.DECIDED, denied()), "Denied: Bash for dev"),
    ("enough said yes", news(Occasion.DECIDED, APPROVED), "Approved: Bash for dev"),
    ("nobody said anything", news(Occasion.EXPIRED, EXPIRED), "Nobody decided in time: Bash for dev"),
    ("nobody came for it", news(Occasion.EXPIRED, UNUSED), "Nobody came for its approval: Bash for dev"),
    ("a session", stopped(), "Stopped: session s1"),
    ("lifted", stopped(Occasion.LIFTED), "No longer stopped: session s1"),
    ("all", stopped(block=replace(BLOCK, target=Target.ALL, value="")), "Stopped: everything"),
    ("a hash says nothing", stopped(block=replace(BLOCK, target=Target.TOKEN, value="ab" * 32)), "Stopped: token"),
    ("a test", News(Occasion.TEST, 1.0), "This is a test"),
)


@pytest.mark.parametrize(("note", "told", "title"), TITLES, ids=[one[0] for one in TITLES])
def test_titles(note: str, told: News, title: str) -> None:
    assert message(told, URL).title == title


def test_the_facts_of_a_call_that_waits() -> None:
    assert dict(message(news(), URL).facts) == {
        "Caller": "dev",
        "Agent": "agent-1",
        "Session": "s1",
        "Connection": "claude",
        "Model": "claude-x",
        "Rule": "destructive of engineering",
        "Who may decide": "sre",
        "Approvals": "0 of 1",
        "Until": "1970-01-01 00:26 UTC",
    }
    facts = dict(message(news(Occasion.DECIDED, denied("Not now.")), URL).facts)
    assert facts["Said no"] == "ann, 1970-01-01 00:18 UTC: Not now."
    assert "Until" not in facts


def test_links() -> None:
    assert link(news(), URL) == f"{URL}/approvals/tk_1"
    assert link(news(of=replace(TICKET, id="tk/../x?y")), URL) == f"{URL}/approvals/tk%2F..%2Fx%3Fy"
    assert link(stopped(), URL) == f"{URL}/stop"
    assert link(News(Occasion.TEST, 1.0), URL) == f"{URL}/notifications"


def test_texts_only_where_they_are_allowed() -> None:
    (text,) = message(news(), URL).texts
    assert [piece for piece, marked in text.pieces if marked] == ["rm -rf"]
    assert text.whole == "rm -rf /srv \\x00 <b>U+202E"
    assert message(news(content=False), URL).texts == ()


def test_marks_that_overlap_or_lead_outside() -> None:
    excerpt = Excerpt("t", "abcdef", (Mark(3, 99, "r"), Mark(1, 4, "r"), Mark(-5, 0, "r"), Mark(50, 60, "r")))
    (text,) = message(news(of=ticket(content=(excerpt,))), URL).texts
    assert text.pieces == (("a", False), ("bcd", True), ("ef", True))


def test_it_is_for_a_glance() -> None:
    made = evil_message()
    assert (len(made.texts), made.more) == (3, 1)
    assert all(len(text.whole) <= LONGEST_TEXT and text.cut for text in made.texts)
    assert len(message(news(of=ticket(subject="x" * 5_000)), URL).title) <= LONGEST_FACT


def test_nothing_unseen_and_one_line_each() -> None:
    made = evil_message()
    lines = (made.title, made.sentence, *(said for _, said in made.facts), *(text.title for text in made.texts))
    for shown in (*lines, *(text.whole for text in made.texts)):
        assert not {"\x1b", "\u202e", "\r", "\x00"} & set(shown)
    assert not any("\n" in shown for shown in lines)
    assert "U+202E" in made.sentence


def test_a_block_of_an_odd_name() -> None:
    block = Block("bl_2", Target.AGENT, "a\nb", "r\x1b", 1.0)
    made = message(stopped(block=block), URL)
    assert (made.title, made.sentence) == ("Stopped: agent a\\nb", "r\\x1b")
