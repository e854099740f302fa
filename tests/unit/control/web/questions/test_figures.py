"""Values that compute something."""

from sidecar.control.web.questions.figures import Holds, Overview, Span


def test_a_span_in_pieces() -> None:
    assert Span(0.0, 10.0, 5.0).moments == [0.0, 5.0]


def test_sums_of_an_overview() -> None:
    span = Span(0.0, 2.0, 1.0)
    verdicts, spend = {"allow": [1.0, 2.0], "deny": [0.0, 4.0]}, {"m": [0.5, 0.25]}
    found = Overview(span, verdicts, spend, {}, (), (), (), Holds(), (), (), {})
    assert (found.calls, found.of("deny"), found.of("mask"), found.cost) == (7, 4, 0, 0.75)
