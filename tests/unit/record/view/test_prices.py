"""Prices of models."""

from sidecar.record.view.ledger import Ledger
from sidecar.record.view.prices import prices


def test_a_model_has_the_price_of_the_first_pattern_that_fits(ledger: Ledger) -> None:
    assert prices(ledger, ["claude-x", "other"]) == {"claude-x": (3, 15, 0.3, 3.75), "other": (0, 0, 0, 0)}
    assert prices(ledger, []) == {}
