"""What a policy is told about a call."""

from dataclasses import replace

import pytest

from tests.unit.core.policy.samples import FACTS


@pytest.mark.parametrize(
    ("model", "models", "expected", "note"),
    [
        ("a", ("a",), ("a",), "one"),
        ("a", (), ("a",), "one that is not listed"),
        ("", ("a", "b", "a"), ("a", "b"), "a batch names each once"),
        ("", (), (), "none"),
    ],
)
def test_all_models(model: str, models: tuple[str, ...], expected: tuple[str, ...], note: str) -> None:
    assert replace(FACTS, model=model, models=models).all_models == expected, note
