"""JSON bytes without some elements of one list, everything else byte for byte."""

from collections.abc import Collection, Iterator
from json.decoder import JSONDecoder

_decode = JSONDecoder(strict=False).raw_decode
_BLANK = " \t\n\r"


def without(raw: bytes, path: tuple[str, ...], gone: Collection[int]) -> bytes:
    """`path`: the keys that lead to the list. The document was parsed before, so it is valid."""
    if not gone:
        return raw
    text = raw.decode()
    at = _past_blanks(text, 0)
    for key in path:
        at = next(start for name, start in _fields(text, at) if name == key)
    spans = list(_elements(text, at))
    kept: list[str] = []
    for index, (start, end) in enumerate(spans):
        if index not in gone:
            # The first that stays takes the place of the first there was; any other brings its comma along.
            before = text[spans[index - 1][1] : start] if kept else text[at + 1 : spans[0][0]]
            kept += [before, text[start:end]]
    end = spans[-1][1] if spans else at + 1
    return (text[: at + 1] + "".join(kept) + text[end:]).encode()


def _elements(text: str, at: int) -> Iterator[tuple[int, int]]:
    start = _past_blanks(text, at + 1)
    while text[start] != "]":
        end = _decode(text, start)[1]
        yield start, end
        start = _past_blanks(text, end)
        if text[start] == ",":
            start = _past_blanks(text, start + 1)


def _fields(text: str, at: int) -> Iterator[tuple[str, int]]:
    start = _past_blanks(text, at + 1)
    while text[start] != "}":
        key, end = _decode(text, start)
        start = _past_blanks(text, _past_blanks(text, end) + 1)
        yield str(key), start
        start = _past_blanks(text, _decode(text, start)[1])
        if text[start] == ",":
            start = _past_blanks(text, start + 1)


def _past_blanks(text: str, at: int) -> int:
    while text[at] in _BLANK:
        at += 1
    return at
