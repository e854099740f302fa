"""Fields of JSON that stands in a text: whole, in lines, in the middle of prose, or cut off at its end.

Strategy: one pass of one expression over tokens, with the keys that lead to where it stands. It is tolerant on purpose:
a tool prints what it likes and cuts it where it likes, and what can be read up to there is read.

Rule: linear. A place where no token fits ends the JSON; the search goes on behind it.
"""

import re
from collections.abc import Iterator

from sidecar.core.understand.fields.value import Form, Value

TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
        (?P<string>"(?:[^"\\]|\\.)*(?:"|\Z))
      | (?P<bare>-?[0-9][0-9.eE+-]*|true|false|null)
      | (?P<mark>[\[\]{}:,])
    )""",
    re.VERBOSE | re.DOTALL,
)
BEGINS = re.compile(r"[\[{]")
# Deeper than any tool prints; a line of a million brackets stops here.
DEEPEST = 200


def json_values(text: str) -> Iterator[Value]:
    """Every scalar with a name above it, in order."""
    at = 0
    while begins := BEGINS.search(text, at):
        reader = _Reader(text, begins.start())
        yield from reader.values()
        at = max(reader.at, begins.end())


class _Reader:
    """From one opening bracket to its end, or to where it stops being JSON."""

    def __init__(self, text: str, at: int) -> None:
        self.at = at
        self._text = text
        self._keys: list[str | None] = []  # one a level: the key it stands under, None in a list
        self._open: list[str] = []
        self._is_key = False

    def values(self) -> Iterator[Value]:
        while token := TOKEN.match(self._text, self.at):
            kind = str(token.lastgroup)
            start, end = token.span(kind)
            self.at = end
            if kind == "mark":
                if not self._mark(self._text[start]):
                    return
            elif self._is_key:
                self._keys[-1] = self._key(start, end)
            elif self._open and self._text[start:end] != "null":
                path = tuple([key for key in self._keys if key is not None])
                if path:
                    yield Value(path, start, end, Form.JSON_STRING if kind == "string" else Form.JSON_BARE)

    def _key(self, start: int, end: int) -> str:
        raw = self._text[start:end]
        return raw[1:-1] if "\\" not in raw else Value((), start, end, Form.JSON_STRING).read(self._text)

    def _mark(self, mark: str) -> bool:
        """Whether the JSON goes on."""
        if mark in "[{":
            self._open.append(mark)
            self._keys.append(None)
        elif mark in "]}":
            if not self._open:
                return False
            self._open.pop()
            self._keys.pop()
        inside = self._open[-1] if self._open else ""
        self._is_key = inside == "{" and mark in "{,"
        return bool(self._open) and len(self._open) <= DEEPEST
