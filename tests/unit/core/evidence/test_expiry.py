"""What signed checkpoints allow to be gone, and up to which event of a chain."""

import pytest

from sidecar.core.evidence.checkpoint import Checkpoint
from sidecar.core.evidence.expiry import NEVER, Expiry

NOW = "2026-06-30T00:00:00.000000Z"


def day(month: int, number: int) -> str:
    return f"2026-{month:02}-{number:02}T00:00:00.000000Z"


def stated(count: int, at: str, evidence: int | None = None, texts: int | None = None, chain: str = "gc") -> Checkpoint:
    return Checkpoint(chain, count, 1, count, "", "", at, "", "", evidence, texts)


LIMITS = [
    ("nobody says anything", NOW, [stated(1, day(6, 1))], NEVER),
    ("thirty days, from now on back", NOW, [stated(1, day(6, 20), 30)], day(5, 31)),
    ("without a now, from what was said on back", NEVER, [stated(1, day(6, 20), 30)], day(5, 21)),
    ("raised: what was gone by then stays gone", NOW, [stated(1, day(6, 1), 30), stated(2, day(6, 20), 99)], day(5, 2)),
    ("lowered: counts from now on back", NOW, [stated(1, day(1, 1), 365), stated(2, day(6, 20), 10)], day(6, 20)),
    ("kept for ever now", NOW, [stated(1, day(6, 1), 30), stated(2, day(6, 20))], day(5, 2)),
    ("a clock that ran ahead allows nothing more", NOW, [stated(1, "2099-01-01T00:00:00.000000Z", 30)], day(5, 31)),
    ("a time that is none", NOW, [stated(1, "yesterday", 30)], day(5, 31)),
    ("more days than there were", NOW, [stated(1, day(6, 20), 10**9)], NEVER),
]


@pytest.mark.parametrize(("note", "now", "said", "until"), LIMITS, ids=[note for note, *_ in LIMITS])
def test_what_is_older_may_be_gone(note: str, now: str, said: list[Checkpoint], until: str) -> None:
    expiry = Expiry(now)
    for one in said:
        expiry.believe(one)
    expiry.settle()
    assert expiry.evidence.until == until
    assert not expiry.old(NEVER)
    assert not expiry.old("2099")


def test_a_checkpoint_covers_itself_and_what_stands_before_it() -> None:
    expiry = Expiry(NOW)
    for one in (stated(10, day(1, 1), 30), stated(20, day(5, 30), 30), stated(30, day(6, 1), 30)):
        expiry.believe(one)
    expiry.settle()
    assert (expiry.upto("gc"), expiry.upto("other")) == (21, 0)
    expiry.ended("gc", 25, day(5, 31))
    assert expiry.upto("gc") == 25


def test_texts_have_days_of_their_own() -> None:
    expiry = Expiry(NOW)
    expiry.believe(stated(1, day(6, 20), 90, 10))
    expiry.settle()
    assert expiry.old_text(day(6, 20))
    assert not expiry.old(day(6, 20))
    assert expiry.told() == (None, None)
    expiry.parts_gone = 3
    events, texts = expiry.told()
    assert events is None
    assert texts is not None
    assert (texts.until, texts.stated, texts.days, texts.parts) == (day(6, 20), day(6, 20), 10, 3)


def test_what_is_gone_is_counted_once() -> None:
    expiry = Expiry(NOW)
    expiry.believe(stated(10, day(1, 1), 30))
    expiry.settle()
    assert expiry.tail("gc", 4, 8)
    assert expiry.tail("gc", 4, 11)
    assert not expiry.tail("gc", 4, 12)
    assert expiry.gone == 7
    expiry.lost("gc")
    assert expiry.gone == 7
    expiry.lost("whole", 5)
    assert expiry.gone == 12
