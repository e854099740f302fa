"""Edits are values in the order of their places."""

from dataclasses import FrozenInstanceError

import pytest

from sidecar.core.mask.edit import Edit


def test_edits_sort_by_place() -> None:
    assert sorted([Edit(9, 12, "a"), Edit(0, 3, "z"), Edit(0, 2, "z")]) == [
        Edit(0, 2, "z"),
        Edit(0, 3, "z"),
        Edit(9, 12, "a"),
    ]


def test_an_edit_never_changes() -> None:
    with pytest.raises(FrozenInstanceError):
        Edit(0, 1, "x").start = 2  # type: ignore[misc]
