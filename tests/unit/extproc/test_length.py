"""No answer is longer or shorter than its head says."""

import pytest

from sidecar.extproc.heads import Misused
from sidecar.extproc.length import Length


def counting(stated: str | None, *sizes: int) -> None:
    length = Length()
    length.stated(() if stated is None else (("content-length", stated),))
    for number, size in enumerate(sizes, 1):
        length.count(size, number == len(sizes))


@pytest.mark.parametrize("sizes", [(5,), (2, 3), (5, 0)])
def test_what_fits(sizes: tuple[int, ...]) -> None:
    counting("5", *sizes)


@pytest.mark.parametrize("sizes", [(6,), (4,), (5, 1), (0,)])
def test_what_does_not(sizes: tuple[int, ...]) -> None:
    with pytest.raises(Misused):
        counting("5", *sizes)


def test_nothing_is_stated() -> None:
    counting(None, 1, 2, 3)
