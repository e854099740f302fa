"""Where values stand in the text of a JSON document, so that they can be replaced and nothing else moves.

Strategy: one pass over the text, which goes down only where something is to be replaced; everything beside is skipped
by the standard library's scanner. So twenty changes in a long conversation cost what one costs.

Rules: the document was parsed before, so it is valid, and no key stands twice in an object.
"""

from collections.abc import Iterator, Sequence
from json.decoder import JSONDecoder

Step = str | int
Path = Sequence[Step]
Change = tuple[Path, str]  # what stands at a path from now on, as JSON
_decode = JSONDecoder(strict=False).raw_decode
_BLANK = " \t\n\r"


def replaced_at(text: str, changes: Sequence[Change]) -> str:
    """Other JSON at several places that exist, none of which is inside of another."""
    spans: list[tuple[int, int, str]] = []
    _walk(text, _past_blanks(text, 0), changes, spans)
    parts, at = [], 0
    for start, end, new in spans:
        parts += [text[at:start], new]
        at = end
    return "".join((*parts, text[at:]))


def put_before(text: str, changes: Sequence[Change]) -> str:
    """Other JSON in front of elements of lists, each of which exists and is named once."""
    spans: list[tuple[int, int, str]] = []
    _walk(text, _past_blanks(text, 0), changes, spans)
    parts, at = [], 0
    for start, _, new in spans:
        parts += [text[at:start], new, ","]
        at = start
    return "".join((*parts, text[at:]))


def _walk(text: str, at: int, changes: Sequence[Change], spans: list[tuple[int, int, str]]) -> int:
    """Note the spans of what changes in the value at `at`; where that value ends."""
    if any(not path for path, _ in changes):
        end = _decode(text, at)[1]
        spans.append((at, end, changes[0][1]))
        return end
    below: dict[Step, list[Change]] = {}
    for path, new in changes:
        below.setdefault(path[0], []).append((path[1:], new))
    end = at
    for name, start in (children := _Children(text, at)):
        inner = below.pop(name, None)
        children.end = end = _walk(text, start, inner, spans) if inner else _decode(text, start)[1]
    if below:
        raise KeyError(next(iter(below)))
    return _past_blanks(text, end if end > at else at + 1) + 1


class _Children:
    """The elements of the object or list at `at`, each by name or position and with its beginning. Whoever goes through
    them says where each one ends."""

    def __init__(self, text: str, at: int) -> None:
        self.end = at + 1
        self._text = text
        self._named = text[at] == "{"

    def __iter__(self) -> Iterator[tuple[Step, int]]:
        text, position = self._text, 0
        start = _past_blanks(text, self.end)
        while text[start] not in "]}":
            name: Step = position
            if self._named:
                key, start = _decode(text, start)
                name, start = str(key), _past_blanks(text, _past_blanks(text, start) + 1)
            yield name, start
            start = _past_blanks(text, self.end)
            if text[start] == ",":
                start = _past_blanks(text, start + 1)
            position += 1


def _past_blanks(text: str, at: int) -> int:
    while text[at] in _BLANK:
        at += 1
    return at
