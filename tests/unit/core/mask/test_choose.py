"""Overlapping matches become one span, and the strictest treatment wins."""

from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.mask.choose import chosen, overlapping
from sidecar.core.model.action import Action, How
from sidecar.core.model.detector import Match
from sidecar.core.model.treatment import Treatment

REDACT, HASH, LAST4, TOKEN = (
    Treatment(Action.MASK, f"rule-{how}", "policy", how.upper(), how)
    for how in (How.REDACT, How.HASH, How.LAST4, How.TOKEN)
)
ALLOW = Treatment(Action.ALLOW, "fine", "policy", "FINE")
DENY = Treatment(Action.DENY, "never", "policy", "NEVER")


def match(start: int, end: int, name: str = "d") -> Match:
    return Match(start, end, name)


@pytest.mark.parametrize(
    ("given_", "expected", "note"),
    [
        ([], [], "nothing"),
        ([(match(2, 5), TOKEN)], [(match(2, 5), TOKEN)], "one alone"),
        ([(match(0, 3), TOKEN), (match(3, 6), REDACT)], [(match(0, 3), TOKEN), (match(3, 6), REDACT)], "touching"),
        ([(match(0, 5, "a"), TOKEN), (match(3, 6, "b"), REDACT)], [(match(0, 6, "b"), REDACT)], "the strictest wins"),
        ([(match(0, 9, "a"), TOKEN), (match(3, 6, "b"), LAST4)], [(match(0, 9, "b"), LAST4)], "also when inside"),
        ([(match(0, 4, "a"), HASH), (match(3, 9, "b"), HASH)], [(match(0, 9, "b"), HASH)], "then the longest"),
        ([(match(0, 4, "a"), HASH), (match(2, 6, "b"), HASH)], [(match(0, 6, "a"), HASH)], "then the leftmost"),
        ([(match(0, 4, "b"), HASH), (match(0, 4, "a"), HASH)], [(match(0, 4, "a"), HASH)], "then the name"),
        (
            [(match(0, 4, "a"), TOKEN), (match(3, 8, "b"), TOKEN), (match(7, 9, "c"), LAST4)],
            [(match(0, 9, "c"), LAST4)],
            "a chain is one span",
        ),
        ([(match(0, 9, "a"), ALLOW), (match(3, 6, "b"), TOKEN)], [(match(3, 6, "b"), TOKEN)], "allowed: not there"),
        ([(match(0, 9, "a"), REDACT), (match(3, 6, "b"), DENY)], [(match(0, 9, "b"), DENY)], "a denial is stricter"),
        ([(match(4, 4), REDACT)], [], "an empty match hides nothing"),
        ([(match(0, 2), TOKEN), (match(8, 9), HASH)], [(match(0, 2), TOKEN), (match(8, 9), HASH)], "far apart"),
    ],
)
def test_chosen(given_: list, expected: list, note: str) -> None:
    for order in permutations(given_):
        assert list(chosen(order)) == expected, note


spans = st.tuples(st.integers(0, 30), st.integers(1, 8), st.sampled_from("abc")).map(
    lambda one: match(one[0], one[0] + one[1], one[2])
)


@given(st.lists(st.tuples(spans, st.sampled_from([REDACT, HASH, LAST4, TOKEN])), max_size=8))
@settings(max_examples=200)
def test_every_byte_of_every_match_is_covered_and_no_other(matches: list) -> None:
    covered = {at for one, _ in matches for at in range(one.start, one.end)}
    result = chosen(matches)
    assert {at for one, _ in result for at in range(one.start, one.end)} == covered
    assert all(left.end <= right.start for (left, _), (right, _) in pairwise(result))
    assert chosen(list(reversed(matches))) == result


@given(st.lists(spans, max_size=8))
@settings(max_examples=100)
def test_overlapping_puts_each_match_in_one_group(matches: list) -> None:
    grouped = list(overlapping(matches, lambda one: one))
    assert sorted(one for group in grouped for one in group) == sorted(matches)
    ends = [(group[0].start, max(one.end for one in group)) for group in grouped]
    assert all(left[1] <= right[0] for left, right in pairwise(ends))
