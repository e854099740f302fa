"""What must hold for a stream: each thing that is otherwise breaks its own check."""

from dataclasses import replace

import pytest

from sidecar.processes.demo.calls import Delta
from sidecar.processes.demo.planted import Secret
from sidecar.processes.demo.streaming import Evidence, Stream, judged
from tests.unit.processes.demo.made_up import broken

SECRET = Secret("token", "glpat-", "abcdefghijklmnopqrst")
BEFORE, AFTER = "Here is a fresh one for the build: ", ". Keep it safe until then."
SECONDS = 0.02


def stream(*texts: str, began: float = 0.05, every: float = SECONDS, size: int = 4) -> Stream:
    """Each text in deltas of this size."""
    pieces = [text[at : at + size] for text in texts for at in range(0, len(text), size)]
    return Stream(tuple(Delta(began + every * at, piece) for at, piece in enumerate(pieces)))


def late(one: Stream, index: int, seconds: float) -> Stream:
    """The same, with a pause before one delta."""
    moved = tuple(Delta(delta.at + (at >= index) * seconds, delta.text) for at, delta in enumerate(one.deltas))
    return replace(one, deltas=moved)


DIRECT = stream(BEFORE + SECRET.value + AFTER)
GATED = stream(BEFORE, "[GITLAB_TOKEN_X]", AFTER)
GOOD = Evidence(SECRET, DIRECT, GATED)


@pytest.mark.parametrize(
    ("seen", "wrong", "note"),
    [
        (GOOD, [], "all well"),
        (replace(GOOD, gated=late(GATED, 9, 5.0)), [], "held back where the token stands"),
        (replace(GOOD, direct=stream(BEFORE, SECRET.value, AFTER, size=40)), [0], "said in one delta"),
        (replace(GOOD, gated=stream(BEFORE, "glpat-abcdefgh", AFTER)), [1], "its first half came, over deltas"),
        (replace(GOOD, gated=stream(BEFORE, "[X]", AFTER[:-1])), [2], "the end is missing"),
        (replace(GOOD, gated=stream(BEFORE.upper(), "[X]", AFTER)), [2], "other words"),
        (replace(GOOD, gated=replace(GATED, broken="reset")), [2], "it broke off"),
        (replace(GOOD, gated=stream(BEFORE, "[X]", AFTER, began=0.9)), [3], "the first words came late"),
        (replace(GOOD, gated=late(GATED, 3, 1.0)), [4], "a pause before the token"),
        (replace(GOOD, gated=late(GATED, 17, 1.0)), [4], "a pause after it"),
        (replace(GOOD, gated=stream(BEFORE, "[X]", AFTER, size=50)), [4], "all at once"),
        (replace(GOOD, gated=Stream((), "reset")), [2, 3, 4], "nothing came"),
    ],
)
def test_judged(seen: Evidence, wrong: list[int], note: str) -> None:
    assert broken(judged(seen)) == wrong, note


def test_pauses_are_told_apart() -> None:
    three = Stream((Delta(1, "ab"), Delta(2, "cd"), Delta(4, "ef"), Delta(8, "gh"), Delta(16, "ij")))
    assert three.pauses(4, 6) == ([0.0, 1, 8], 4), "before ef, and before what follows it"
    assert Stream(()).pauses(0, 1) == ([0.0], 0.0)
