"""How a named field is told."""

import pytest

from sidecar.core.model.named_field import NamedField


@pytest.mark.parametrize(
    ("name", "label"),
    [("ssn", "SSN"), ("*.card.number", "CARD_NUMBER"), ("*_token", "TOKEN"), ("2fa", "FIELD"), ("a" * 40, "A" * 24)],
)
def test_label(name: str, label: str) -> None:
    assert NamedField(name).label == label
    assert NamedField(name).id == f"field/{name}"
