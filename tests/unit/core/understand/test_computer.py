"""The screen, the mouse and the keys."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.computer import computer


@pytest.mark.parametrize(
    ("given", "effects"),
    [
        ({"action": "screenshot"}, {Effect.READS}),
        ({"action": "left_click", "coordinate": [1, 2]}, {Effect.WRITES}),
        ({"action": "type", "text": "Dear Ada, how are you?"}, {Effect.WRITES}),
        ({"action": "type", "text": "rm -rf /srv\n"}, {Effect.WRITES, Effect.DESTROYS_DATA}),
        ({"action": "frobnicate"}, {Effect.UNKNOWN}),
        ({"action": 3}, {Effect.UNKNOWN}),
        ({}, {Effect.UNKNOWN}),
    ],
)
def test_what_is_done(given: dict[str, object], effects: set[Effect]) -> None:
    assert computer(given).effects == effects
