"""Who must look closer: never too few, and of ordinary text hardly anybody."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.detect.catalogue import builtin
from sidecar.core.detect.entry import entry
from sidecar.core.detect.sample import SAMPLE
from sidecar.core.detect.suspicion import Suspicion
from sidecar.core.model.detector import Detector
from tests.written import detected

ROWS = detected()
PLACES = {detector.id: at for at, detector in enumerate(builtin())}
EVERYBODY = Suspicion([entry(detector) for detector in builtin()])


def made(*patterns: str) -> Suspicion:
    return Suspicion([entry(Detector(f"rule/{at}", "X", pattern)) for at, pattern in enumerate(patterns)])


@given(st.lists(st.sampled_from(ROWS), min_size=1, max_size=4), st.sampled_from([" ", "\n", " key ", " é "]))
@settings(max_examples=200, deadline=None)
def test_whoever_has_a_match_in_a_text_looks_closer(rows: list[dict[str, object]], between: str) -> None:
    text = between.join(row["finds"]["before"] + "".join(row["finds"]["value"]) + row["finds"]["after"] for row in rows)
    wanted = {PLACES[row["detector"]] for row in rows}
    assert wanted <= set(EVERYBODY.of(f"{between}{text}{between}".encode()))


@pytest.mark.parametrize("text", SAMPLE)
def test_of_ordinary_text_hardly_anybody_is_suspicious(text: str) -> None:
    assert len(EVERYBODY.of(text.encode())) <= 12


@pytest.mark.parametrize(
    ("text", "found", "note"),
    [
        ("a ghxx_ here", [], "the literal alone"),
        ("a ghxx_ and ghxx_1234", [0], "the second place"),
        ("GHXX_1234", [0], "in capitals, as far as the set can tell"),
        ("pa\u017fword", [0, 1, 2], "a long s: everybody"),
        ("\u212aelvin", [0, 1, 2], "a Kelvin sign: everybody"),
        ("é 123456", [2], "digits"),
        ("12 345 and 6", [], "too few digits close together"),
    ],
)
def test_of(text: str, found: list[int], note: str) -> None:
    assert made("(?i:ghxx)_[0-9]{4}", "(?i)password", "[0-9]{6}").of(text.encode()) == found, note


def test_a_rule_that_matches_anything_is_always_suspicious() -> None:
    assert made("x*", "(" * 110 + "a" + ")" * 110).of(b"words") == [0, 1]


def test_nobody_without_detectors() -> None:
    assert Suspicion([]).of(b"anything 123456789") == []
