"""The union of what can happen: closed, frozen, each with its event."""

import dataclasses
import typing

import pytest

from sidecar.core.wire.claude import happening, stream

KINDS = typing.get_args(happening.Happening)


def test_every_value_of_the_file_is_in_the_union():
    here = {kind for kind in vars(happening).values() if getattr(kind, "__module__", "") == happening.__name__}
    assert here == set(KINDS)
    assert {kind.__name__ for kind in KINDS} <= set(stream.__all__)


@pytest.mark.parametrize("kind", KINDS)
def test_frozen_with_its_event(kind):
    fields = {field.name: field for field in dataclasses.fields(kind)}
    assert next(iter(fields)) == "event"
    assert kind.__dataclass_params__.frozen
    assert hasattr(kind, "__slots__")
    assert not any(fields[name].repr for name in ("text", "texts", "partial", "piece", "message") if name in fields)
