"""A text as it reads once its escapes are undone, with the way back to where each part of it stands.

Strategy: percent signs (`%41`), JSON's escapes (`\\u0041`) and references (`&#65;`) are undone one layer at a time; a
program that reads a value may undo any of them, or one twice. Every layer knows where its bytes came from, so that what
is found in it is masked where it stands.

Rules: places are bytes of the UTF-8 of a text. What is no UTF-8 behind percent signs is read as latin-1.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

LAYERS = 3
# Half a second's work; a page has some thousands, and a text in another script no escapes at all.
MOST = 200_000
_ESCAPE = re.compile(
    rb"(?P<percent>(?:%[0-9A-Fa-f]{2})+)|(?P<json>(?:\\u[0-9A-Fa-f]{4})+)"
    rb"|(?P<reference>&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});)"
)
_SIGNS = re.compile(rb"[%\\&]")


class TooMany(Exception):  # noqa: N818  (named for what happened)
    """Nobody reads a text of so many escapes."""


@dataclass(frozen=True, slots=True)
class Layer:
    """`ends`: in ascending order where each part ends in the text; `starts` and `came`: where it begins there, and its
    place below. What stands between parts is as it was."""

    text: str = field(repr=False)
    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    came: tuple[tuple[int, int], ...] = ()

    def below(self, start: int, end: int) -> tuple[int, int]:
        """Where these bytes stand in the text below."""
        return self._start(start), self._end(end)

    def _start(self, at: int) -> int:
        part = bisect_right(self.ends, at)
        if part < len(self.starts) and self.starts[part] <= at:
            return self.came[part][0]
        return at + self._moved(part)

    def _end(self, at: int) -> int:
        part = bisect_left(self.ends, at)
        if part < len(self.starts) and self.starts[part] < at:
            return self.came[part][1]
        return at + self._moved(part)

    def _moved(self, part: int) -> int:
        """How much further on a place below stands, behind so many parts."""
        return self.came[part - 1][1] - self.ends[part - 1] if part else 0


def layers(text: str) -> Iterator[Layer]:
    """Every layer there is, each with places in the text itself."""
    above: list[Layer] = []
    for _ in range(LAYERS):
        found = _undone(above[-1].text if above else text)
        if found is None:
            return
        above.append(found)
        yield found if len(above) == 1 else _Stacked(found.text, stack=tuple(above))


@dataclass(frozen=True, slots=True)
class _Stacked(Layer):
    """The last of several layers."""

    stack: tuple[Layer, ...] = field(default=(), repr=False)

    def below(self, start: int, end: int) -> tuple[int, int]:
        for layer in reversed(self.stack):
            start, end = layer.below(start, end)
        return start, end


def _undone(text: str) -> Layer | None:
    data = text.encode("utf-8", "surrogatepass")
    if not _SIGNS.search(data):
        return None
    out, starts, ends, came = bytearray(), [], [], []
    at = 0
    for found in _ESCAPE.finditer(data):
        out += data[at : found.start()]
        at = found.start()
        for letter, size in READERS[found.lastgroup or ""](found[0]):
            starts.append(len(out))
            out += letter.encode("utf-8", "surrogatepass")
            ends.append(len(out))
            came.append((at, at + size))
            at += size
        if len(starts) > MOST:
            raise TooMany
    out += data[at:]
    if not starts or out == data:
        return None
    return Layer(out.decode("utf-8", "surrogatepass"), tuple(starts), tuple(ends), tuple(came))


def _percent(run: bytes) -> Iterator[tuple[str, int]]:
    data = bytes.fromhex(run[: 3 * (MOST + 1)].replace(b"%", b"").decode())
    try:
        yield from ((letter, 3 * len(letter.encode())) for letter in data.decode())
    except UnicodeDecodeError:
        yield from ((letter, 3) for letter in data.decode("latin-1"))


def _json(run: bytes) -> Iterator[tuple[str, int]]:
    units = [int(one, 16) for one in run[: 6 * (MOST + 1)].decode().split("\\u")[1:]]
    text = b"".join(one.to_bytes(2) for one in units).decode("utf-16-be", "surrogatepass")
    yield from ((letter, 6 * (len(letter.encode("utf-16-be", "surrogatepass")) // 2)) for letter in text)


def _reference(run: bytes) -> Iterator[tuple[str, int]]:
    yield unescape(run.decode()), len(run)


READERS = {"percent": _percent, "json": _json, "reference": _reference}
