"""A session as a timeline and as a replay."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise

import pytest

from sidecar.processes.console_stories import LONGEST_WAIT, STEP, Stories, Walk, walked
from sidecar.record.clickhouse.place import Place
from sidecar.record.sessions import Found, Hold, Story, Turn
from sidecar.record.view.ledger import Ledger

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
HELD = Hold("gx_2", "Bash", "destructive", "approved", "grace", "looked at", 600.0)
MAIL = Found("gx_1", "request", "mails", "pii/email", "prompt", "messages[0]", "mask", "token", "[EMAIL_K7Q2M9XA]", 0)
TRIED = replace(MAIL, rule="try", shadow=1, placeholder="")
PLAIN = Turn(
    "gx_1", NOON, NOON + timedelta(seconds=2), "ada", "claude", "messages", "claude-x", "1f0e", "allow", "",
    "answered", "", "", 200, "end_turn", 10, 20, 0, 0, 0.01, 1.0, 900.0, 0.0, 0.0, "", "", "", "claude-code",
)  # fmt: skip


class Texts:
    """Parts as the record has them."""

    def __init__(self) -> None:
        self.parts: dict[str, bytes] = {}

    def part(self, value: object) -> str:
        data = json.dumps(value).encode()
        name = sha256(data).hexdigest()
        self.parts[name] = data
        return name

    def asked(self, *texts: str) -> str:
        messages = [{"part": self.part({"role": "user", "content": one})} for one in texts]
        return self.part({"model": "m", "messages": messages})

    def said(self, text: str) -> str:
        return self.part({"content": [{"part": self.part({"type": "text", "text": text})}]})

    def timing(self, *waits: int) -> str:
        return self.part({"blocks": [[0, len(waits)]], "waits": waits, "characters": [1] * len(waits)})


@pytest.fixture
def told() -> tuple[Story, Texts]:
    texts = Texts()
    first = replace(
        PLAIN,
        request_outline=texts.asked("to [EMAIL_K7Q2M9XA]"),
        answer_outline=texts.said("abcd"),
        answer_timing=texts.timing(10, 20, 30, 99_000),
    )
    later = NOON + timedelta(hours=1)
    second = replace(
        PLAIN,
        exchange="gx_2",
        at=later,
        ended_at=later,
        verdict="deny",
        outcome="refused",
        say="No.",
        request_outline=texts.asked("to [EMAIL_K7Q2M9XA]", "and then"),
    )
    return Story("s", (first, second), (MAIL, TRIED, replace(MAIL, exchange="gx_2")), (HELD,)), texts


def walks(told: tuple[Story, Texts]) -> list[Walk]:
    story, texts = told
    return list(walked(story, texts.parts, len(story.turns)))


def test_a_stream_keeps_its_own_waits_up_to_the_longest(told: tuple[Story, Texts]) -> None:
    first, _ = walks(told)
    said = [one for one in first.frames if one.role == "assistant"]
    assert [one.text for one in said] == ["a", "b", "c", "d"]
    moments = [one.at for one in said]
    assert [after - before for before, after in pairwise(moments)] == [20, 30, LONGEST_WAIT]


def test_nobody_waits_through_lunch_nor_through_an_approval(told: tuple[Story, Texts]) -> None:
    first, second = walks(told)
    assert second.moment == first.frames[-1].at + LONGEST_WAIT
    held = next(one for one in second.frames if one.kind == "held")
    asked = next(one for one in second.frames if one.role == "user")
    assert held.at - asked.at == LONGEST_WAIT
    assert held.text == "Held by rule destructive: approved by grace: looked at"


def test_what_appears_in_a_turn_and_in_which_order(told: tuple[Story, Texts]) -> None:
    first, second = walks(told)
    assert [one.kind for one in first.frames] == ["turn", "text", *["text"] * 4, "changed", "changed"]
    assert [one.kind for one in second.frames] == ["turn", "text", "held", "refused"]
    assert [one.text for one in second.frames if one.role == "user"] == ["and then"], "only what was new"
    assert second.frames[-1].text == "No."
    for one in (first, second):
        moments = [frame.at for frame in one.frames]
        assert moments == sorted(moments)
    assert first.frames[1].at == first.moment + STEP


def test_what_a_rule_found_is_told_without_the_value(told: tuple[Story, Texts]) -> None:
    changed = [one.text for one in walks(told)[0].frames if one.kind == "changed"]
    assert changed == [
        "Rule mails found pii/email in the request, now [EMAIL_K7Q2M9XA]",
        "Rule try found pii/email in the request (in shadow: nothing was done)",
    ]


def test_a_hold_that_nobody_decided(told: tuple[Story, Texts]) -> None:
    story, texts = told
    waiting = replace(story, holds=(replace(HELD, decision="", who="", rationale="", seconds=None),))
    held = [one.text for one in walks((waiting, texts))[1].frames if one.kind == "held"]
    assert held == ["Held by rule destructive: nobody has decided"]


def test_a_timeline_in_parts_over_the_record(place: Place, ledger: Ledger) -> None:
    session, calls = ledger.rows("SELECT session, count() FROM call_facts GROUP BY session ORDER BY count() DESC")[0]
    stories = Stories(place)
    whole = stories.story(session, 0, 1_000)
    first, rest = stories.story(session, 0, 5), stories.story(session, 5, 1_000)
    assert whole is not None
    assert first is not None
    assert rest is not None
    assert (whole.count, len(whole.turns), whole.after) == (calls, calls, None)
    assert (len(first.turns), first.after, rest.after) == (5, 5, None)
    assert [one.number for one in (*first.turns, *rest.turns)] == list(range(1, calls + 1))
    assert (*first.turns, *rest.turns) == tuple(whole.turns)
    replay = stories.replay(session)
    assert replay is not None
    assert [one.at for one in replay.frames if one.kind == "turn"] == [one.moment for one in whole.turns]
    assert replay.length >= replay.frames[-1].at
    assert (stories.story("nobody's", 0, 5), stories.replay("nobody's")) == (None, None)
    stories.close()
