"""Feed a reader in every way: whole, byte by byte, and cut at many places."""

from collections.abc import Callable, Iterator

import pytest

Cuts = Callable[[bytes], Iterator[list[bytes]]]


@pytest.fixture
def cuts() -> Cuts:
    def ways(data: bytes) -> Iterator[list[bytes]]:
        yield [data]
        yield [data[at : at + 1] for at in range(len(data))]
        yield [b"", data[:1], b"", data[1:], b""]
        for step in (2, 3, 5, 7, 16, 61):
            for shift in {0, 1, step // 2}:
                yield [data[:shift], *(data[at : at + step] for at in range(shift, len(data), step))]

    return ways
