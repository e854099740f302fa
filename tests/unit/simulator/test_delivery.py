import gzip
import time

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.simulator.delivery import ENCODERS, Delivered, written
from sidecar.simulator.reply import Delivery

DECODE = {
    None: lambda data: data,
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
}
PIECES = [b"one ", b"two ", b"three ", b"four"]


async def sent(delivery: Delivery, broken: bytes | None = None) -> tuple[dict[str, object], list[bytes], float]:
    """The head, the bodies of every message, and the seconds it took."""
    messages: list[dict[str, object]] = []

    async def send(message: dict[str, object]) -> None:
        messages.append(message)

    async def receive() -> dict[str, object]:
        raise AssertionError("nothing more to receive")

    began = time.monotonic()
    await Delivered(200, [("a", "b")], PIECES, delivery, broken=broken)({"type": "http"}, receive, send)
    assert [message["more_body"] for message in messages[1:]] == [True] * (len(messages) - 2) + [False]
    return messages[0], [message["body"] for message in messages[1:]], time.monotonic() - began


@pytest.mark.parametrize("encoding", list(ENCODERS), ids=str)
async def test_encodings(encoding: str | None) -> None:
    head, bodies, _ = await sent(Delivery(encoding=encoding))
    assert DECODE[encoding](b"".join(bodies)) == b"".join(PIECES)
    assert head["headers"] == [(b"a", b"b"), *([(b"content-encoding", encoding.encode())] if encoding else [])]
    assert all(bodies[:-1]), "every piece can be decoded when it arrives"


async def test_an_error_takes_the_place_of_the_second_half() -> None:
    _, bodies, _ = await sent(Delivery(), broken=b"oh no")
    assert bodies == [b"one ", b"two ", b"oh no", b""]


@pytest.mark.parametrize(
    ("delivery", "seconds", "note"),
    [
        (Delivery(slow=0.05), 0.05, "before the first byte"),
        (Delivery(stall=0.05), 0.05, "once in the middle"),
        (Delivery(pace=0.02), 0.08, "after every piece"),
        (Delivery(), 0.0, "not at all"),
    ],
)
async def test_waits(delivery: Delivery, seconds: float, note: str) -> None:
    _, _, took = await sent(delivery)
    assert seconds <= took < seconds + 0.5, note


@settings(max_examples=100)
@given(st.lists(st.binary(max_size=9)), st.integers(0, 12))
def test_any_size_of_writes_is_the_same_whole(pieces: list[bytes], size: int) -> None:
    writes = list(written(pieces, size))
    assert b"".join(writes) == b"".join(pieces)
    assert not size or all(len(write) == size for write in writes[:-1])
