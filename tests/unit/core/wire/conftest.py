"""Feed a reader in every way: whole, byte by byte, and cut at random but repeatable places."""

from collections.abc import Callable, Iterator
from random import Random

import pytest

Cuts = Callable[[bytes], Iterator[list[bytes]]]


@pytest.fixture
def cuts() -> Cuts:
    def ways(data: bytes) -> Iterator[list[bytes]]:
        yield [data]
        yield [data[at : at + 1] for at in range(len(data))]
        yield [b"", data[:1], b"", data[1:], b""]
        for seed in range(12):
            random = Random(seed)
            places = sorted(random.randrange(len(data) + 1) for _ in range(random.randrange(1, 12)))
            yield [data[start:stop] for start, stop in zip([0, *places], [*places, len(data)], strict=True)]

    return ways
