"""Content codings: in pieces, any pieces, both ways."""

import zlib
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.record.local.coding import PACKERS, UNPACKERS, chosen, packed, unpacker
from sidecar.record.local.failure import Failure

CODINGS = ("lz4", "zstd", "br", "gzip", "deflate", "identity")


def unpacked(name: str, pieces: list[bytes]) -> bytes:
    reader = unpacker(name)
    out = b"".join(part for piece in pieces for part in reader.feed(piece))
    reader.finish()
    return out


@pytest.mark.parametrize("name", CODINGS)
@given(data=st.binary(max_size=3000), cuts=st.lists(st.integers(0, 3000), max_size=5))
@settings(max_examples=40)
def test_any_cut_on_the_way_out_and_in_gives_the_same_bytes(name: str, data: bytes, cuts: list[int]) -> None:
    coder, places = PACKERS[name](), [0, *sorted(cuts), len(data)]
    sent = b"".join(coder.feed(data[a:b]) for a, b in pairwise(places)) + coder.flush()
    places = [min(place, len(sent)) for place in places[:-1]] + [len(sent)]
    assert unpacked(name, [sent[a:b] for a, b in pairwise(places)]) == data


@pytest.mark.parametrize("name", ["lz4", "zstd"])
def test_a_client_may_send_frame_after_frame(name: str) -> None:
    parts = [b"one" * 900, b"", b"two" * 900]
    assert unpacked(name, [b"".join(packed(name, part) for part in parts)]) == b"".join(parts)


@pytest.mark.parametrize("name", ["lz4", "zstd", "br", "gzip", "deflate"])
def test_what_is_no_such_coding_is_the_clients_mistake(name: str) -> None:
    with pytest.raises(Failure) as refused:
        unpacked(name, [b"\xff\xfe this was never packed \x00" * 40])
    assert refused.value.status == 400


@pytest.mark.parametrize("name", ["lz4", "zstd", "br", "gzip", "deflate"])
def test_half_a_body_is_noticed(name: str) -> None:
    whole = packed(name, bytes(range(256)) * 400)
    with pytest.raises(Failure, match="ends too early"):
        unpacked(name, [whole[: len(whole) // 2]])


def test_a_bomb_goes_off_in_small_pieces() -> None:
    bomb = zlib.compress(b"\0" * 50_000_000)
    first = next(unpacker("deflate").feed(bomb))
    assert len(bomb) > 40_000
    assert len(first) < 20_000_000


@pytest.mark.parametrize(
    ("accepted", "name"),
    [("", "identity"), ("gzip", "gzip"), ("x, zstd;q=0.1, gzip", "zstd"), ("LZ4", "lz4"), ("compress", "identity")],
)
def test_the_first_that_is_known(accepted: str, name: str) -> None:
    assert chosen(accepted) == name


def test_an_unknown_coding_of_a_request_is_named() -> None:
    assert set(UNPACKERS) >= set(PACKERS)
    with pytest.raises(Failure, match="snappy"):
        unpacker("snappy")
