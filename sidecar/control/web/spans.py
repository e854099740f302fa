"""A masked text in pieces: plain, what could not be seen otherwise, and placeholders with their rule."""

import re
from collections.abc import Iterator, Mapping

from sidecar.control import visible

PLAIN, ODD, MASKED = "plain", "odd", "masked"


def pieces(text: str, placeholders: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """(text, kind, rule) in order; `placeholders`: what stands for a value -> rule."""
    known = sorted((one for one in placeholders if one), key=len, reverse=True)
    if not known:
        yield from _seen(text)
        return
    before = 0
    for match in re.finditer("|".join(map(re.escape, known)), text):
        yield from _seen(text[before : match.start()])
        yield match[0], MASKED, placeholders[match[0]]
        before = match.end()
    yield from _seen(text[before:])


def _seen(text: str) -> Iterator[tuple[str, str, str]]:
    for piece, odd in visible.pieces(text):
        yield piece, ODD if odd else PLAIN, ""
