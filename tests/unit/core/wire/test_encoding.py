"""Content encodings: whole and streamed, damaged, and bombs."""

import gzip
import zlib
from contextlib import suppress

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.errors import Code, Refused
from sidecar.core.wire.encoding import Decoder, decode, for_encoding

LIMIT = 1_000_000


def raw_deflate(data: bytes) -> bytes:
    squeeze = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeeze.compress(data) + squeeze.flush()


PACK = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "deflate (raw)": raw_deflate,
    "br": brotli.compress,
    "zstd": zstandard.compress,
    "identity": bytes,
}
COMPRESSING = [name for name in PACK if name != "identity"]
BODIES = [b"", b"a", b"hello " * 10_000, bytes(range(256)) * 50]


def named(encoding: str) -> str:
    return encoding.partition(" ")[0]


def drained(decoder: Decoder, packed: bytes, step: int) -> bytes:
    return b"".join(decoder.feed(packed[at : at + step]) for at in range(0, len(packed), step)) + decoder.flush()


@pytest.mark.parametrize("encoding", PACK)
@pytest.mark.parametrize("body", BODIES, ids=["empty", "one byte", "long", "every byte"])
def test_unpacked_whole_and_in_any_cut(encoding, body, cuts):
    packed = PACK[encoding](body)
    assert decode(packed, named(encoding), LIMIT) == body
    for chunks in cuts(packed):
        decoder = for_encoding(named(encoding))
        assert b"".join(decoder.feed(chunk) for chunk in chunks) + decoder.flush() == body


@pytest.mark.parametrize(
    ("note", "header", "pack"),
    [
        ("no header", None, bytes),
        ("an empty header", "", bytes),
        ("case and space", " GZip ", gzip.compress),
        ("identity in between", "gzip, identity", gzip.compress),
        ("two, the last undone first", "gzip, br", lambda body: brotli.compress(gzip.compress(body))),
        ("two, the other way", "br,gzip", lambda body: gzip.compress(brotli.compress(body))),
        ("several gzip members", "gzip", lambda body: gzip.compress(body[:2]) + gzip.compress(body[2:])),
        ("several zstd frames", "zstd", lambda body: zstandard.compress(body[:2]) + zstandard.compress(body[2:])),
    ],
)
def test_headers(note, header, pack):
    assert decode(pack(b"hello"), header, LIMIT) == b"hello"


@pytest.mark.parametrize("header", ["compress", "gzip, foo", "gzip, gzip, gzip", "*", "gzip;q=1"])
def test_unknown_or_too_many(header):
    with pytest.raises(Refused) as caught:
        decode(b"x", header, LIMIT)
    assert (caught.value.status, caught.value.code) == (415, Code.INVALID_REQUEST)
    assert for_encoding(header) is None


DAMAGE = {
    "truncated": lambda packed: packed[:-1],
    "half": lambda packed: packed[: len(packed) // 2],
    "one byte": lambda packed: packed[:1],
    "garbage after it": lambda packed: packed + b"more",
    "a byte after it": lambda packed: packed + b"\x1f",
    "no such thing": lambda packed: b"\x07no such thing at all" + packed,
}


@pytest.mark.parametrize("encoding", COMPRESSING)
@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged(encoding, damage):
    damaged = DAMAGE[damage](PACK[encoding](bytes(range(256))))
    with pytest.raises(Refused) as caught:
        decode(damaged, named(encoding), LIMIT)
    assert caught.value.status == 400
    decoder = for_encoding(named(encoding))
    with pytest.raises(Refused) as caught:
        drained(decoder, damaged, 1)
    assert caught.value.status == 502
    for dead in (lambda: decoder.feed(b""), decoder.flush):
        with pytest.raises(Refused):
            dead()


@pytest.mark.parametrize("pack", [zlib.compress, raw_deflate, brotli.compress])
def test_only_gzip_and_zstd_may_be_several_in_a_row(pack):
    encoding = "br" if pack is brotli.compress else "deflate"
    with pytest.raises(Refused) as caught:
        decode(pack(b"a") + pack(b"b"), encoding, LIMIT)
    assert caught.value.status == 400


@pytest.mark.parametrize("encoding", COMPRESSING)
def test_a_bomb_is_noticed(encoding):
    bomb = PACK[encoding](bytes(20 * LIMIT))
    assert len(bomb) < LIMIT / 10
    with pytest.raises(Refused) as caught:
        decode(bomb, named(encoding), LIMIT)
    assert (caught.value.status, caught.value.code) == (413, Code.TOO_LARGE)
    decoder = for_encoding(named(encoding), LIMIT)
    with pytest.raises(Refused) as caught:
        drained(decoder, bomb, 100)
    assert caught.value.status == 502


def test_a_bomb_in_a_bomb():
    bomb = gzip.compress(gzip.compress(bytes(200 * LIMIT)))
    assert len(bomb) < 5000
    with pytest.raises(Refused) as caught:
        decode(bomb, "gzip, gzip", LIMIT)
    assert caught.value.status == 413


def test_the_limit_itself_is_allowed():
    body = bytes(LIMIT)
    assert decode(gzip.compress(body), "gzip", LIMIT) == body
    assert decode(body, None, LIMIT) == body
    for encoding, packed in (("gzip", gzip.compress(body + b"x")), (None, body + b"x")):
        with pytest.raises(Refused) as caught:
            decode(packed, encoding, LIMIT)
        assert caught.value.status == 413


@given(st.sampled_from(COMPRESSING), st.binary(max_size=200))
@settings(max_examples=150)
def test_any_bytes_are_unpacked_or_refused(encoding, body):
    with suppress(Refused):
        assert isinstance(decode(body, named(encoding), LIMIT), bytes)
