"""Settings as the program sees them."""

import dataclasses

import pytest

from sidecar.core.model.connection import Connection, Kind
from sidecar.settings import values

TYPES = [one for one in vars(values).values() if dataclasses.is_dataclass(one) and one is not Connection]


@pytest.mark.parametrize("kind", TYPES)
def test_every_value_is_frozen_and_slotted(kind: type) -> None:
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert "__slots__" in vars(kind)


def test_an_upstream_is_a_connection_without_its_credential() -> None:
    source = values.CredentialSource("x-api-key", "", "KEY", None)
    upstream = values.Upstream("claude", Kind.CLAUDE, "https://a", None, source)
    assert upstream.connection == Connection("claude", Kind.CLAUDE, "https://a")
