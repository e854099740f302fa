"""One detector compiled: how it is walked, and what it holds back."""

import gc
from dataclasses import replace
from weakref import ref

import pytest

from sidecar.core.detect.entry import EVERYTHING, entry
from sidecar.core.model.detector import Detector


def made(pattern: str, group: int = 0) -> object:
    return entry(Detector("secret/x", "X", pattern, group))


@pytest.mark.parametrize(
    ("pattern", "group", "is_run", "context", "plain", "note"),
    [
        ("AKIA[A-Z]{4}", 0, True, 0, True, "a token"),
        ("key=([a-z]+)", 1, True, 4, False, "behind a name"),
        ("a b", 0, False, 0, True, "a blank in the value"),
        ("key=([a-z ]+)", 1, False, 4, False, "a blank in a value behind a name"),
        ("key=([a-z]+) x", 1, False, 4, False, "more than a character behind the value"),
        ("k[^=]*=([a-z]+)", 1, False, 0, True, "context without end: the match counts as a whole"),
        ("(?:a|(b))", 1, False, 0, True, "a value in a choice"),
        ("(?i)ask", 0, False, 0, True, "folds beyond ASCII"),
    ],
)
def test_how_a_pattern_is_taken(pattern: str, group: int, is_run: bool, context: int, plain: bool, note: str) -> None:
    compiled = made(pattern, group)
    assert (compiled.live is None, compiled.context, compiled.plain) == (is_run, context, plain), note


def test_a_pattern_that_cannot_be_read_looks_at_everything() -> None:
    compiled = made("(" * 110 + "a" + ")" * 110)
    assert (compiled.probe, compiled.live) == (None, EVERYTHING)


def test_spans_begin_at_the_floor_but_their_context_need_not() -> None:
    assert [(span.start, span.end) for span in made("key=([a-z]+)", 1).spans(b"key=abc key=d", 4)] == [(4, 7), (12, 13)]
    assert [(span.start, span.end) for span in made("key=([a-z]+)", 1).spans(b"key=abc key=d", 5)] == [(12, 13)]


def test_an_empty_match_is_no_value_and_no_endless_loop() -> None:
    assert [(span.start, span.end) for span in made("a*").spans(b"baab", 0)] == [(1, 3)]


def test_a_detector_is_compiled_once_as_long_as_somebody_uses_it() -> None:
    detector, same = (Detector("secret/once", "ONCE", "once-[0-9]{4}") for _ in range(2))
    first = entry(detector)
    assert entry(same) is first
    for other in (replace(detector, pattern="twice"), replace(detector, label="TWICE"), replace(detector, id="x/y")):
        assert entry(other).detector == other
    alive = ref(first)
    del first
    gc.collect()
    assert alive() is None, "rules that nobody uses any more are not kept"
