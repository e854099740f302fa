"""Content codings, in pieces: what a client's `Content-Encoding` and `Accept-Encoding` may name.

Rule: compressed input is fed in small slices, so that a small body that unpacks to a huge one is noticed by its size
before it fills the memory.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

import brotli  # type: ignore[import-untyped]
import lz4.frame  # type: ignore[import-untyped]
import zstandard

from sidecar.record.local.failure import Failure

SLICE = 16 * 1024
UNKNOWN_COMPRESSION_METHOD, INCORRECT_DATA = 89, 117
LEVEL = 1  # loopback: time matters more than bytes


class Coder(Protocol):
    """Bytes in, bytes out, the rest at the end."""

    def feed(self, data: bytes) -> bytes: ...
    def flush(self) -> bytes: ...


class _Same:
    def feed(self, data: bytes) -> bytes:
        return data

    def flush(self) -> bytes:
        return b""


class _Made:
    """A coder from a library's functions; `first` goes out ahead of everything."""

    def __init__(self, feed: Callable[[bytes], bytes], flush: Callable[[], bytes], first: bytes = b"") -> None:
        self._feed, self._flush, self._first = feed, flush, first

    def feed(self, data: bytes) -> bytes:
        first, self._first = self._first, b""
        return first + self._feed(data)

    def flush(self) -> bytes:
        first, self._first = self._first, b""
        return first + self._flush()


def _gzip() -> Coder:
    made = zlib.compressobj(LEVEL, zlib.DEFLATED, 31)
    return _Made(made.compress, made.flush)


def _deflate() -> Coder:
    made = zlib.compressobj(LEVEL)
    return _Made(made.compress, made.flush)


def _brotli() -> Coder:
    made = brotli.Compressor(quality=LEVEL)
    return _Made(made.process, made.finish)


def _zstd() -> Coder:
    made = zstandard.ZstdCompressor(level=LEVEL).compressobj()
    return _Made(made.compress, made.flush)


def _lz4() -> Coder:
    made = lz4.frame.LZ4FrameCompressor()
    return _Made(made.compress, made.flush, made.begin())


PACKERS: Mapping[str, Callable[[], Coder]] = {
    "lz4": _lz4, "zstd": _zstd, "br": _brotli, "gzip": _gzip, "deflate": _deflate, "identity": _Same,
}  # fmt: skip


class Unpacker:
    """A request body's coding taken off; `finish` says whether the body was whole."""

    def __init__(self, feed: Callable[[bytes], bytes], whole: Callable[[], bool]) -> None:
        self._feed, self._whole = feed, whole
        self._fed = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), SLICE):
            self._fed = True
            try:
                yield self._feed(data[start : start + SLICE])
            except (
                OSError,
                EOFError,
                RuntimeError,
                ValueError,
                zlib.error,
                brotli.error,
                zstandard.ZstdError,
            ) as error:
                raise Failure(
                    INCORRECT_DATA, "INCORRECT_DATA", f"The request body cannot be unpacked: {error}"
                ) from None

    def finish(self) -> None:
        if self._fed and not self._whole():
            raise Failure(INCORRECT_DATA, "INCORRECT_DATA", "The compressed request body ends too early")


def _un_same() -> Unpacker:
    return Unpacker(lambda data: data, lambda: True)


def _un_zlib(bits: int) -> Callable[[], Unpacker]:
    def make() -> Unpacker:
        made = zlib.decompressobj(bits)
        return Unpacker(made.decompress, lambda: made.eof)

    return make


def _un_brotli() -> Unpacker:
    made = brotli.Decompressor()
    return Unpacker(made.process, made.is_finished)


class _Frame(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def _framed(make: Callable[[], _Frame]) -> Callable[[], Unpacker]:
    """Clients send frame after frame, one a block: each that ends makes room for the next."""

    def new() -> Unpacker:
        frame: list[_Frame] = []

        def feed(data: bytes) -> bytes:
            out = b""
            while data:
                current = frame[0] if frame else make()
                out += current.decompress(data)
                data = (current.unused_data or b"") if current.eof else b""
                frame[:] = [] if current.eof else [current]
            return out

        return Unpacker(feed, lambda: not frame)

    return new


def _zstd_frame() -> _Frame:
    return zstandard.ZstdDecompressor().decompressobj()


UNPACKERS: Mapping[str, Callable[[], Unpacker]] = {
    "lz4": _framed(lz4.frame.LZ4FrameDecompressor), "zstd": _framed(_zstd_frame), "br": _un_brotli,
    "gzip": _un_zlib(31), "deflate": _un_zlib(47), "identity": _un_same, "": _un_same,
}  # fmt: skip


def unpacker(name: str) -> Unpacker:
    make = UNPACKERS.get(name.strip().lower())
    if make is None:
        raise Failure(
            UNKNOWN_COMPRESSION_METHOD,
            "UNKNOWN_COMPRESSION_METHOD",
            f"Unknown Content-Encoding '{name}' of the request",
        )
    return make()


def chosen(accepted: str) -> str:
    """The first coding in the client's order that is known here; ClickHouse ignores weights too."""
    names = (one.split(";")[0].strip().lower() for one in accepted.split(","))
    return next((name for name in names if name in PACKERS), "identity")


def packed(name: str, data: bytes) -> bytes:
    """A whole body at once."""
    coder = PACKERS[name]()
    return coder.feed(data) + coder.flush()
