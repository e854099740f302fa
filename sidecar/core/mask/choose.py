"""Which of several overlapping matches is masked, and how.

Rules:
- What overlaps is masked as one span, from the first byte of any to the last byte of any. Masking only the winner
  would let the rest of a loser leave, and that may be half a secret.
- The span is labelled and treated by the strictest of them: deny before hold before mask; redact > hash > last4 >
  token; then the longest, then the leftmost. The order in which they came never matters.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from sidecar.core.model.action import Action, How
from sidecar.core.model.detector import Match
from sidecar.core.model.treatment import Treatment

Treated = tuple[Match, Treatment]
T = TypeVar("T")

_STRICTNESS = {How.TOKEN: 0, How.LAST4: 1, How.HASH: 2, How.REDACT: 3}


def chosen(matches: Sequence[Treated]) -> tuple[Treated, ...]:
    """Spans that do not overlap, in order, each with its treatment. What is allowed, and what is empty, is left out."""
    wanted = [one for one in matches if one[1].action is not Action.ALLOW and one[0].start < one[0].end]
    return tuple(_united(group) for group in overlapping(wanted, lambda one: one[0]))


def overlapping(items: Iterable[T], match_of: Callable[[T], Match]) -> Iterator[list[T]]:
    """What overlaps, directly or through others, together; in order. What only touches stays apart."""
    group: list[T] = []
    end = -1
    for item in sorted(items, key=match_of):
        match = match_of(item)
        if group and match.start >= end:
            yield group
            group, end = [], -1
        end = max(end, match.end)
        group.append(item)
    if group:
        yield group


def _united(group: list[Treated]) -> Treated:
    winner, treatment = min(group, key=_order)
    start, end = group[0][0].start, max(match.end for match, _ in group)
    return Match(start, end, winner.detector), treatment


def _order(one: Treated) -> tuple[int, int, int, int, str, str, str]:
    match, treatment = one
    strictness = _STRICTNESS[treatment.how or How.REDACT]
    length = match.end - match.start
    names = match.detector, treatment.policy, treatment.rule
    return -treatment.action, -strictness, -length, match.start, *names
