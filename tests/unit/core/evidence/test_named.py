"""Parts that facts name: absent, changed, expired."""

import json
from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.evidence.checkpoint import Checkpoint
from sidecar.core.evidence.event import NOTHING_BEFORE, Event, canonical, event
from sidecar.core.evidence.expiry import NEVER, Expiry
from sidecar.core.evidence.named import NAMED, Parts, mentioned
from sidecar.core.evidence.verdict import MOST_FAULTS, Faults, Trouble

OLD, NEW = "2026-01-01T00:00:00.000000Z", "2026-06-01T00:00:00.000000Z"


def name(number: int) -> str:
    return sha256(str(number).encode()).hexdigest()


def naming(seq: int, at: str, *names: str, key: str = "part") -> Event:
    return event(NOTHING_BEFORE, "gc", seq, at, "decided", {"x": [{key: one} for one in names]})


def thirty_days() -> Expiry:
    expiry = Expiry("2026-06-30T00:00:00.000000Z")
    expiry.believe(Checkpoint("gc", 1, 1, 1, "", "", NEW, "", "", None, 60))
    expiry.settle()
    return expiry


def stored(held: dict[str, bytes], faults: Faults) -> Parts:
    """Parts of a record that holds these."""
    return Parts(
        lambda names: names - held.keys(), faults, lambda names: {one: held[one] for one in names & held.keys()}
    )


def settled(parts: Parts, faults: Faults, expiry: Expiry) -> list[tuple[Trouble, str, int | None]]:
    parts.settle(expiry)
    return [(fault.trouble, fault.chain, fault.seq) for fault in faults.found]


def test_an_old_text_may_be_gone_and_a_recent_one_may_not() -> None:
    faults, expiry = Faults(), thirty_days()
    parts = Parts(lambda names: names, faults)
    parts.see([naming(1, OLD, name(1), name(2)), naming(2, NEW, name(3))])
    assert settled(parts, faults, expiry) == [(Trouble.PART_MISSING, "gc", 2)]
    assert expiry.parts_gone == 2


def test_what_a_recent_event_names_too_is_recent() -> None:
    faults, expiry = Faults(), thirty_days()
    parts = Parts(lambda names: names, faults)
    parts.see([naming(1, OLD, name(1))])
    parts.see([naming(2, NEW, name(1))])
    assert settled(parts, faults, expiry) == [(Trouble.PART_MISSING, "gc", 2)]
    assert expiry.parts_gone == 0


def test_without_a_word_about_retention_every_one_is_missed() -> None:
    faults, expiry = Faults(), Expiry(NEVER)
    parts = Parts(lambda names: names, faults)
    parts.see([naming(1, OLD, name(1)), naming(2, NEW, name(2))])
    assert settled(parts, faults, expiry) == [(Trouble.PART_MISSING, "gc", 2), (Trouble.PART_MISSING, "gc", 1)]


def test_what_a_list_names_is_as_old_as_the_newest_event_that_names_the_list() -> None:
    for at, gone, wanted in ((OLD, 1, []), (NEW, 0, [Trouble.PART_MISSING])):
        faults, expiry, listed = Faults(), thirty_days(), b'[{"part":"%b"}]' % name(1).encode()
        digest = sha256(listed).hexdigest()
        parts = stored({digest: listed}, faults)
        parts.see([naming(1, OLD, digest, key="parts")])
        parts.see([naming(2, at, digest, key="parts")])
        assert [trouble for trouble, *_ in settled(parts, faults, expiry)] == wanted
        assert expiry.parts_gone == gone


def outline() -> dict[str, bytes]:
    """A request: a list of one message, a message beside it, and fields of the caller's own called like references."""
    first, second = (json.dumps({"text": text, "part": name(98)}).encode() for text in "ab")
    listed = b'[{"part":"%b"}]' % sha256(first).hexdigest().encode()
    messages = [{"parts": sha256(listed).hexdigest()}, {"part": sha256(second).hexdigest()}]
    whole = json.dumps({"part": name(99), "messages": messages}).encode()
    return {sha256(data).hexdigest(): data for data in (first, second, listed, whole)}


def test_every_part_of_a_request_is_missed_down_to_the_last_one() -> None:
    held = outline()
    named = next(reversed(held))
    for gone in (None, *held):
        faults = Faults()
        parts = stored({digest: data for digest, data in held.items() if digest != gone}, faults)
        parts.see([naming(1, NEW, named, key="outline")])
        found = settled(parts, faults, Expiry(NEVER))
        assert found == ([] if gone is None else [(Trouble.PART_MISSING, "gc", 1)]), gone


def test_an_outline_that_was_changed_is_believed_in_nothing() -> None:
    faults, named = Faults(), name(1)
    parts = stored({named: b"no JSON"}, faults)
    parts.see([naming(1, NEW, named, key="outline")])
    parts.stored(named, b"no JSON")
    assert settled(parts, faults, Expiry(NEVER)) == [(Trouble.PART_CHANGED, named, None)]


def test_bytes_that_are_not_what_the_name_says() -> None:
    faults = Faults()
    parts = Parts(lambda _: (), faults)
    parts.stored(name(1), b"1")
    parts.stored(name(1), b"2")
    parts.stored(name(2), None)
    assert settled(parts, faults, Expiry()) == [
        (Trouble.PART_CHANGED, name(1), None),
        (Trouble.PART_CHANGED, name(2), None),
    ]


def test_thousands_that_expired_do_not_hide_one_that_is_missing() -> None:
    faults, expiry = Faults(), thirty_days()
    parts = Parts(lambda names: names, faults)
    parts.see([naming(1, NEW, name(-1))])
    for start in range(0, 3 * MOST_FAULTS, 500):
        parts.see([naming(2, OLD, *map(name, range(start, start + 500)))])
    assert settled(parts, faults, expiry) == [(Trouble.PART_MISSING, "gc", 1)]
    assert expiry.parts_gone == 3 * MOST_FAULTS
    assert len(parts._lost) <= 2 * MOST_FAULTS


WORDS = st.sampled_from(
    ("part", "parts", "timing", "outline", "partly", name(1), name(2), name(3)[:63], f'"part":"{name(4)}"', "x")
)
FACTS = st.recursive(WORDS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4))


@settings(max_examples=200)
@given(st.dictionaries(WORDS, FACTS), st.booleans())
def test_what_a_text_mentions_is_what_the_pattern_finds(fact: dict[str, object], spaced: bool) -> None:
    text = json.dumps(fact).encode() if spaced else canonical(fact)
    assert sorted(mentioned(text)) == sorted(NAMED.findall(text))


def test_every_key_that_names_a_part_is_seen() -> None:
    text = canonical({"a": {"part": name(1)}, "b": {"parts": name(2), "timing": name(3)}, "c": {"part": "x"}})
    assert {(key.decode(), found.decode()) for key, found in mentioned(text)} == {
        ("part", name(1)),
        ("parts", name(2)),
        ("timing", name(3)),
    }
