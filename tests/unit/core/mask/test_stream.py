"""A stream of pieces: any cut gives what the whole text gives, and nothing leaves too early."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.detect.compiled import Compiled
from sidecar.core.detect.stream import Progress
from sidecar.core.mask.memory import SessionMemory
from sidecar.core.mask.placeholder import PLACEHOLDER, Placeholders
from sidecar.core.mask.replace import replaced
from sidecar.core.mask.restore import restored
from sidecar.core.mask.settle import settled
from sidecar.core.mask.stream import TextStream
from sidecar.core.model.action import Action, How
from sidecar.core.model.detector import Detector, Match
from sidecar.core.model.treatment import Treatment


class Scripted:
    """A scan that keeps the contract, and settles where the test says: the matches are known beforehand."""

    def __init__(self, matches: Sequence[Match], settle: Sequence[int], total: int) -> None:
        self._matches = sorted(matches)
        self._settle = list(settle)
        self._total = total
        self._arrived = self._reported = self._settled = 0

    def feed(self, piece: bytes) -> Progress:
        self._arrived += len(piece)
        wanted = self._settle.pop(0) if self._settle else 0
        return self._progress(max(self._settled, min(wanted, self._arrived)))

    def flush(self) -> Progress:
        return self._progress(self._total)

    def _progress(self, settled: int) -> Progress:
        # Nothing is decided inside a match, nor inside what overlaps it.
        for match in reversed(self._matches[self._reported :]):
            if match.start < settled < match.end:
                settled = max(match.start, self._settled)
        new = tuple(match for match in self._matches[self._reported :] if match.start < settled)
        self._reported += len(new)
        self._settled = settled
        return Progress(settled, new)


def label(match: Match, value: str) -> str | None:
    return None if match.detector == "fine" else f"[{match.detector.upper()}]"


@pytest.mark.parametrize(
    ("pieces", "matches", "settle", "left", "note"),
    [
        (["ab", "cd"], [], [2, 4], [("ab",), ("cd",), ()], "nothing found: each leaves at once"),
        (["ab", "cd"], [], [1, 4], [(), ("ab", "cd"), ()], "half decided is not decided"),
        (["ab", "cd"], [], [0, 0], [(), (), ("ab", "cd")], "all waits for the end"),
        (["abcd"], [Match(1, 3, "x")], [4], [("a[X]d",), ()], "inside one piece"),
        (["ab", "cd"], [Match(1, 3, "x")], [1, 4], [(), ("a[X]", "d"), ()], "over two: it stands where it starts"),
        (["ab", "cd", "ef"], [Match(0, 6, "x")], [0, 0, 6], [(), (), ("[X]", "", ""), ()], "swallowed whole"),
        (["ab", "cd"], [Match(0, 2, "x"), Match(2, 4, "y")], [2, 4], [("[X]",), ("[Y]",), ()], "touching"),
        (["ab", "cd"], [Match(0, 3, "x"), Match(2, 4, "y")], [0, 4], [(), ("[X]", ""), ()], "overlapping is one"),
        (["ab", "cd"], [Match(1, 3, "fine")], [1, 4], [(), ("ab", "cd"), ()], "left as it is"),
        (["", "ab", ""], [Match(0, 2, "x")], [0, 2, 2], [("",), ("[X]",), ("",), ()], "empty pieces pass"),
        (["é", "🎈b"], [Match(2, 6, "x")], [2, 7], [("é",), ("[X]b",), ()], "places are bytes"),
        (["aé", "b"], [Match(0, 2, "x")], [3, 4], [("[X]",), ("b",), ()], "half a character is a whole one"),
        (["\ud83d", "\ude00"], [], [3, 6], [("\ud83d",), ("\ude00",), ()], "a surrogate pair that was cut"),
    ],
)
def test_playbook(pieces: list, matches: list, settle: list, left: list, note: str) -> None:
    total = sum(len(piece.encode("utf-8", "surrogatepass")) for piece in pieces)
    stream = TextStream(Scripted(matches, settle, total), label)
    assert [stream.feed(piece) for piece in pieces] + [stream.flush()] == left, note


def test_a_value_put_in_its_own_place_is_no_change() -> None:
    stream = TextStream(Scripted([Match(1, 5, "x")], [3, 6], 6), lambda _, value: value)
    pieces = ["".join(("a", "bc")), "".join(("d", "ef"))]
    left = [one for piece in pieces for one in stream.feed(piece)]
    assert [one is piece for one, piece in zip(left, pieces, strict=True)] == [True, True]


def test_what_waits_is_counted() -> None:
    stream = TextStream(Scripted([], [0, 3, 3], 7), label)
    counts = []
    for piece in ("abc", "def", "g"):
        stream.feed(piece)
        counts.append((stream.held, stream.held_characters))
    stream.flush()
    assert counts == [(1, 3), (1, 3), (2, 4)]
    assert (stream.held, stream.held_characters) == (0, 0)


def test_nothing_follows_the_end() -> None:
    stream = TextStream(Scripted([], [], 0), label)
    stream.flush()
    with pytest.raises(ValueError, match="was flushed"):
        stream.feed("a")


def test_detectors_that_leave_text_undecided_are_a_bug() -> None:
    stream = TextStream(Scripted([], [], 0), label)
    stream.feed("abc")
    with pytest.raises(RuntimeError, match="still left text undecided"):
        stream.flush()


TREATMENTS = {
    "a": Treatment(Action.MASK, "a", "p", "A", How.TOKEN),
    "b": Treatment(Action.MASK, "b", "p", "B", How.LAST4),
    "c": Treatment(Action.MASK, "c", "p", "C", How.REDACT),
}


def treat(match: Match) -> Treatment | None:
    return TREATMENTS.get(match.detector)


def told(match: Match, value: str) -> str | None:
    """Shows which span was asked about, so that a stream that asks about another one is found out."""
    return None if match.detector == "fine" else f"<{match.detector}{len(value.encode('utf-8', 'surrogatepass'))}>"


@given(st.data())
@settings(max_examples=200)
def test_any_cut_and_any_legal_scan_give_the_whole(data: st.DataObject) -> None:
    pieces = data.draw(st.lists(st.text(st.sampled_from("ab é🎈"), max_size=5), max_size=8))
    raw = "".join(pieces).encode()
    borders = [at for at in range(len(raw) + 1) if at == len(raw) or raw[at] & 0xC0 != 0x80]
    place = st.tuples(st.sampled_from(borders), st.sampled_from(borders), st.sampled_from(["a", "b", "c", "fine"]))
    matches = [Match(min(s, e), max(s, e), name) for s, e, name in data.draw(st.lists(place, max_size=6)) if s != e]
    settle = data.draw(st.lists(st.integers(0, len(raw)), max_size=len(pieces)))
    how = data.draw(st.sampled_from([None, treat]))

    stream = TextStream(Scripted(matches, settle, len(raw)), told, how)
    out = [one for piece in pieces for one in stream.feed(piece)] + list(stream.flush())

    edits = settled(matches, lambda match: raw[match.start : match.end].decode(), told, how)
    assert "".join(out) == replaced("".join(pieces), edits)
    assert len(out) == len(pieces)
    at = 0
    for piece, left in zip(pieces, out, strict=True):
        end = at + len(piece.encode())
        if not any(edit.start < end and at < edit.end for edit in edits):
            assert left is piece
        at = end


MAIL = Detector("pii/mail", "MAIL", r"[a-z0-9]{1,16}@[a-z]{1,10}\.example")
KEY = Detector("secret/key", "KEY", r"key-[a-f0-9]{12}")
LONG = Detector("secret/assignment", "SECRET", r"(?:pass|secret) ?= ?([^\s]{4,40})", value_group=1)
WORD = Detector("rule/word", "MAIL", r"(?i)\bmail\b")
COMPILED = Compiled((MAIL, KEY, LONG, WORD, PLACEHOLDER))
PLACEHOLDERS = Placeholders(bytes(range(16)), "scope")
HOW = {"pii/mail": How.TOKEN, "secret/key": How.REDACT, "secret/assignment": How.HASH, "rule/word": How.REDACT}
SECRETS = ["anna99@mail.example", "bob@key.example", "key-0123456789ab", "key-ffffffffffff", "s3cr3tanna99@x.example"]
FILLERS = [" ", "é", "say ", "pass=", "secret = ", "\n", "key-", "@", "mail", "🎈", "[", "[MAIL_", "]", "ok. "]


def masked_by(memory: SessionMemory):
    def decide(match: Match, value: str) -> str | None:
        if match.detector == PLACEHOLDER.id:
            return memory.value_of(value) or (value if PLACEHOLDERS.is_ours(value) else None)
        return PLACEHOLDERS.make(match.detector.split("/")[1], HOW[match.detector], value)

    return decide


def masked(text: str, decide) -> str:
    raw = text.encode()
    edits = settled(COMPILED.scan(raw), lambda match: raw[match.start : match.end].decode(), decide)
    return replaced(text, edits)


parts = st.lists(st.sampled_from(SECRETS + FILLERS), min_size=1, max_size=12)


@given(parts, st.data())
@settings(max_examples=200, deadline=None)
def test_real_detectors_any_cut(chosen_parts: list[str], data: st.DataObject) -> None:
    text = "".join(chosen_parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    memory = SessionMemory()
    stream = TextStream(COMPILED.stream(), masked_by(memory))
    out = "".join([one for piece in pieces for one in stream.feed(piece)] + list(stream.flush()))
    assert out == masked(text, masked_by(memory))


@given(parts)
@settings(max_examples=150, deadline=None)
def test_masking_what_is_masked_changes_nothing(chosen_parts: list[str]) -> None:
    # Apart from each other: a value that ends where a word begins hides the word, its placeholder does not.
    decide = masked_by(SessionMemory())
    once = masked(" ".join(chosen_parts), decide)
    assert masked(once, decide) == once


@given(st.lists(st.tuples(st.sampled_from(SECRETS), st.sampled_from([" and ", "\n", ". Then ", " é "])), min_size=1))
@settings(max_examples=100, deadline=None)
def test_no_secret_nor_half_of_one_leaves(planted: list[tuple[str, str]]) -> None:
    text = " ".join(["well,", *(secret + after for secret, after in planted)])
    stream = TextStream(COMPILED.stream(), masked_by(SessionMemory()))
    out = ""
    for at in range(0, len(text), 3):
        out += "".join(stream.feed(text[at : at + 3]))
    out += "".join(stream.flush())
    halves = {secret[at : at + 6] for secret in SECRETS for at in range(len(secret) - 5)}
    assert not [half for half in halves if half in out]


@given(parts, st.integers(1, 7))
@settings(max_examples=100, deadline=None)
def test_a_stream_puts_back_what_restored_puts_back(chosen_parts: list[str], size: int) -> None:
    memory = SessionMemory()
    known = [PLACEHOLDERS.make("mail", How.TOKEN, value) for value in SECRETS[:2]]
    for placeholder, value in zip(known, SECRETS, strict=False):
        memory.remember_token(placeholder, value)
    stranger = PLACEHOLDERS.make("mail", How.TOKEN, "never seen")
    text = "".join(f"{part}{[*known, stranger][at % 3]}" for at, part in enumerate(chosen_parts))
    stream = TextStream(Compiled((PLACEHOLDER,)).stream(), lambda _, value: memory.value_of(value))
    out = [one for at in range(0, len(text), size) for one in stream.feed(text[at : at + size])]
    assert "".join([*out, *stream.flush()]) == restored(text, memory)
    assert re.search(re.escape(known[0]), restored(text, memory)) is None


@given(parts, st.lists(st.sampled_from([*SECRETS, "well ", "\n", " and ", ". "]), max_size=8), st.integers(1, 9))
@settings(max_examples=100, deadline=None)
def test_a_turn_there_and_back(asked: list[str], answered: list[str], size: int) -> None:
    """The provider gets a masked prompt, answers with its placeholders and with secrets of its own; the agent gets
    its values back and the secrets masked, and replays all of it; the provider sees exactly what it saw and said."""
    memory = SessionMemory()
    prompt = " ".join([*asked, *SECRETS[:2]])

    def asking(match: Match, value: str) -> str | None:
        placeholder = masked_by(memory)(match, value)
        if placeholder and match.detector == MAIL.id:
            memory.remember_token(placeholder, value)
        return placeholder

    seen = masked(prompt, asking)
    owed = {PLACEHOLDERS.make("mail", How.TOKEN, value): value for value in SECRETS[:2]}
    said = " ".join([*answered, *owed])
    stream = TextStream(COMPILED.stream(), masked_by(memory))
    pieces = [said[at : at + size] for at in range(0, len(said), size)]
    delivered = "".join([one for piece in pieces for one in stream.feed(piece)] + list(stream.flush()))
    memory.remember_said(delivered, said)

    assert delivered.endswith(" ".join(owed.values()))
    assert "key-0123456789ab" not in delivered
    assert memory.said(delivered) == said
    assert masked(prompt, asking) == seen
