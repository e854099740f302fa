"""Content encodings: gzip, deflate, br, zstd, one or two of them stacked, whole or in a stream.

Strategy: each codec gives its output in bounded slices, so that a bomb is noticed while it unfolds and not after.

Rules:
- The header lists encodings in the order in which they were applied; they are undone from the last to the first.
- What follows the end of the compressed data, or is missing from it, is an error: both hide bytes from the reader.
- Whose fault it is decides the status: a client's body is refused with 400, 413 or 415, an upstream's with 502.
"""

import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import brotli  # type: ignore[import-untyped]
import zstandard

from sidecar.core.errors import Code, Refused

# Output comes in slices of about this size; the overshoot of a bomb is one slice for each stacked encoding.
_SLICE = 256 * 1024
# A zstd block of 4 bytes can unfold to 128 KiB, and the library unfolds all it is given: 128 bytes make 4 MiB at most.
_ZSTD_INPUT = 128
# RFC 9659: what a decoder of the web must support, and may refuse to exceed.
_ZSTD_WINDOW = 8 * 1024 * 1024
# Nobody stacks more on purpose, and every layer multiplies a bomb.
_MOST_STACKED = 2


class _Broken(Exception):  # noqa: N818  (never leaves this file)
    """The compressed data cannot be read."""


class _Codec(Protocol):
    def pieces(self, data: bytes) -> Iterator[bytes]:
        """What this data unfolds to, slice by slice."""

    def complete(self) -> bool:
        """Whether the data could end here."""


class _Zlib:
    """gzip (of one or several members) and deflate, which is zlib's format or, from old senders, none."""

    def __init__(self, bits: Callable[[bytes], int], members: bool) -> None:
        self._bits = bits
        self._members = members
        self._head = b""
        self._inner: zlib._Decompress | None = None
        self._started = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while data:
            self._started = True
            if self._inner is None:
                self._head += data
                if len(self._head) < 2:
                    return
                data, self._head = self._head, b""
                self._inner = zlib.decompressobj(self._bits(data))
            elif self._inner.eof and not self._members:
                raise _Broken
            elif self._inner.eof:
                self._inner = None
                continue
            try:
                yield self._inner.decompress(data, _SLICE)
                while self._inner.unconsumed_tail:
                    yield self._inner.decompress(self._inner.unconsumed_tail, _SLICE)
                # Output that did not fit the last slice stays inside until it is asked for.
                while not self._inner.eof and (more := self._inner.decompress(b"", _SLICE)):
                    yield more
            except zlib.error as error:
                raise _Broken from error
            data = self._inner.unused_data

    def complete(self) -> bool:
        return not self._started or (self._inner is not None and self._inner.eof)


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()
        self._started = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        self._started = True
        try:
            yield self._inner.process(data, output_buffer_limit=_SLICE)
            while not self._inner.can_accept_more_data():
                more = self._inner.process(b"", output_buffer_limit=_SLICE)
                if not more and self._inner.is_finished():
                    return
                yield more
        except brotli.error as error:
            raise _Broken from error

    def complete(self) -> bool:
        return not self._started or self._inner.is_finished()


class _Zstd:
    """One frame or several."""

    def __init__(self) -> None:
        self._make = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj
        self._inner = self._make()
        self._started = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        self._started = True
        for start in range(0, len(data), _ZSTD_INPUT):
            part = data[start : start + _ZSTD_INPUT]
            while part:
                if self._inner.eof:
                    self._inner = self._make()
                try:
                    yield self._inner.decompress(part)
                except zstandard.ZstdError as error:
                    raise _Broken from error
                part = self._inner.unused_data

    def complete(self) -> bool:
        return not self._started or self._inner.eof


def _gzip_bits(_head: bytes) -> int:
    return 16 + zlib.MAX_WBITS


def _deflate_bits(head: bytes) -> int:
    """RFC 1950: a zlib header names method 8 and divides by 31; anything else is taken for raw deflate."""
    is_zlib = head[0] & 0x0F == 8 and int.from_bytes(head[:2]) % 31 == 0
    return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS


_CODECS: dict[str, Callable[[], _Codec]] = {
    "gzip": lambda: _Zlib(_gzip_bits, members=True),
    "x-gzip": lambda: _Zlib(_gzip_bits, members=True),
    "deflate": lambda: _Zlib(_deflate_bits, members=False),
    "br": _Brotli,
    "zstd": _Zstd,
}


class Decoder:
    """Feed it compressed bytes; it gives plain ones. `limit` bounds all that it gives."""

    def __init__(self, codecs: tuple[_Codec, ...], limit: int | None, broken: Refused, bomb: Refused) -> None:
        self._codecs = codecs
        self._left = limit
        self._broken = broken
        self._bomb = bomb
        self._dead: Refused | None = None

    def feed(self, chunk: bytes) -> bytes:
        if self._dead is not None:
            raise self._dead
        out = bytearray()
        try:
            for piece in self._unfold(chunk, self._codecs):
                out += piece
                if self._left is not None and len(out) > self._left:
                    raise self._die(self._bomb)
        except _Broken as error:
            raise self._die(self._broken) from error
        if self._left is not None:
            self._left -= len(out)
        return bytes(out)

    def flush(self) -> bytes:
        """Nothing is ever held back; what this checks is that nothing is missing."""
        if self._dead is not None:
            raise self._dead
        if not all(codec.complete() for codec in self._codecs):
            raise self._die(self._broken)
        return b""

    def _unfold(self, data: bytes, codecs: tuple[_Codec, ...]) -> Iterator[bytes]:
        if not codecs:
            yield data
            return
        for piece in codecs[0].pieces(data) if data else ():
            yield from self._unfold(piece, codecs[1:])

    def _die(self, refused: Refused) -> Refused:
        self._dead = refused
        return refused


def decode(body: bytes, content_encoding: str | None, limit: int) -> bytes:
    """A client's body, plain. Unknown encoding: 415; more than `limit` bytes: 413; damaged: 400."""
    codecs = _chosen(content_encoding or "")
    if codecs is None:
        # The header is not repeated: it is the client's text, and may hold anything.
        message = "This content-encoding is not supported. Use gzip, deflate, br, zstd or none."
        raise Refused(415, Code.INVALID_REQUEST, message, headers={"accept-encoding": "gzip, deflate, br, zstd"})
    broken = Refused(400, Code.INVALID_REQUEST, "The request body is damaged: its content-encoding cannot be undone.")
    bomb = Refused(413, Code.TOO_LARGE, f"The decoded request body is larger than {limit} bytes.")
    decoder = Decoder(codecs, limit, broken, bomb)
    return decoder.feed(body) + decoder.flush()


def for_encoding(name: str, limit: int | None = None) -> Decoder | None:
    """A decoder for an upstream's answer (none for an unknown encoding); what it cannot read is `Refused` with 502."""
    codecs = _chosen(name)
    if codecs is None:
        return None
    broken = Refused(502, Code.API, "The upstream's answer is damaged: its content-encoding cannot be undone.")
    bomb = Refused(502, Code.API, "The upstream's decoded answer is too large.")
    return Decoder(codecs, limit, broken, bomb)


def _chosen(content_encoding: str) -> tuple[_Codec, ...] | None:
    names = [name.strip().lower() for name in content_encoding.split(",")]
    names = [name for name in names if name not in {"", "identity"}]
    if len(names) > _MOST_STACKED or any(name not in _CODECS for name in names):
        return None
    return tuple(_CODECS[name]() for name in reversed(names))
