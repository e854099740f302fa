"""Collect the texts of a request or an answer while walking it in document order.

Strategy: one cursor counts every string and keeps those that somebody wrote. There are three ways to walk a value:
`free` (any JSON: everything is text), `schema` (a tool definition) and `shaped` (an object of the API, whose own words
are not text). A known object inside which something unknown stands goes over to `free` there.

Rules:
- Each way counts the same strings; they differ only in what they keep.
- Empty strings are counted and not kept: nothing can stand in them.
- `shaped` trusts nothing but the vocabulary: an object that does not say a known `type` where it says one, a field
  nobody knows, a signature that is no base64: all of that is text.
- Recursion takes two frames a level at most, and JSON has at most 200 levels here, of Python's 1000.
"""

from sidecar.core.model.piece import Piece, Text
from sidecar.core.model.place import Place
from sidecar.core.wire.claude.vocabulary import (
    BASE64,
    BASE64_LINES,
    FIELDS,
    OPAQUE,
    SCHEMA_FIELDS,
    SCHEMA_WORDS,
    TYPES,
    closed,
)
from sidecar.core.wire.json_strings import JsonValue, count, joined

# Past the constructor written in Python: this is the hot path of every request.
_new = tuple.__new__
_NO_WORDS: frozenset[str] = frozenset()
_FREE_FIELDS = frozenset({"input", "input_examples", "trigger"})
_SCHEMA_VALUES = frozenset({"input_schema", "schema", "definition"})


class Cursor:
    """Where in the document we are, and what was found so far."""

    def __init__(self) -> None:
        self.ordinal = 0
        self.pieces: list[Piece] = []
        self.unscanned: list[str] = []
        self.media: list[str] = []
        self.skipped_characters = 0
        self._texts: list[Text] = []

    def cut(self, place: Place, path: str, *, assistant: bool = False, tool: str | None = None) -> Piece | None:
        """The texts since the last cut become a piece, if there are any."""
        if not self._texts:
            return None
        piece = Piece(place, path, tuple(self._texts), assistant, tool)
        self._texts = []
        self.pieces.append(piece)
        return piece

    def key(self, key: str, known: frozenset[str] = FIELDS) -> bool:
        """Count a key; a key that the API does not define is text. Whether it was known."""
        if key in known:
            self.ordinal += 1
            return True
        self.text(key, key=True)
        return False

    def text(self, value: str, *, key: bool = False) -> None:
        if value:
            self._texts.append(_new(Text, (self.ordinal, value, key)))
        self.ordinal += 1

    def skip(self, value: JsonValue) -> None:
        """Count what is not text."""
        self.ordinal += 1 if isinstance(value, str) else count(value)

    def free(self, value: JsonValue) -> None:
        """Any JSON: every string is text, keys too."""
        self._flat(value, _NO_WORDS, _NO_WORDS)

    def schema(self, value: JsonValue) -> None:
        """A tool definition or a JSON schema: its vocabulary is not text, all it says is."""
        self._flat(value, SCHEMA_FIELDS, SCHEMA_WORDS)

    def _flat(self, value: JsonValue, fields: frozenset[str], words: frozenset[str]) -> None:
        if type(value) is str:
            self.text(value)
        elif type(value) is dict:
            self._flat_object(value, fields, words)
        elif type(value) is list:
            self._flat_list(value, fields, words)

    def _flat_list(self, value: list[JsonValue], fields: frozenset[str], words: frozenset[str]) -> None:
        texts = self._texts
        for child in value:
            if type(child) is str:
                if child:
                    texts.append(_new(Text, (self.ordinal, child, False)))
                self.ordinal += 1
            elif type(child) is dict or type(child) is list:
                self._flat(child, fields, words)

    def _flat_object(self, value: dict[str, JsonValue], fields: frozenset[str], words: frozenset[str]) -> None:
        # The hot path of every request: plain locals, and no call for a string.
        ordinal, texts = self.ordinal, self._texts
        for key, child in value.items():
            if key in fields:
                self.skipped_characters += len(key)
            elif key:
                texts.append(_new(Text, (ordinal, key, True)))
            ordinal += 1
            if type(child) is str:
                if key in fields and child in words:
                    self.skipped_characters += len(child)
                elif child:
                    texts.append(_new(Text, (ordinal, child, False)))
                ordinal += 1
            elif type(child) is dict or type(child) is list:
                self.ordinal = ordinal
                self._flat(child, fields, words)
                ordinal = self.ordinal
        self.ordinal = ordinal

    def shaped(self, value: JsonValue, path: str) -> None:
        """Something the API defines. `path` names it, should something in it not be looked at."""
        if isinstance(value, str):
            self.text(value)
        elif isinstance(value, list):
            for place, child in enumerate(value):
                self.shaped(child, f"{path}[{place}]")
        elif isinstance(value, dict):
            self._object(value, path)

    def _object(self, value: dict[str, JsonValue], path: str) -> None:
        named = value.get("type")
        if named is not None and (not isinstance(named, str) or named not in TYPES):
            self.free(value)
            return
        for place, (key, child) in enumerate(value.items()):
            if not self.key(key) or key in _FREE_FIELDS:
                self.free(child)
            elif key in _SCHEMA_VALUES:
                self.schema(child)
            elif not isinstance(child, str):
                self.shaped(child, joined(path, key, place))
            elif self._binary(value, named, key, child, path) or closed(key, child) or _opaque(named, key, child):
                self.ordinal += 1
            else:
                self.text(child)

    def _binary(self, source: dict[str, JsonValue], named: str | None, key: str, child: str, path: str) -> bool:
        """An image or document as base64: not looked at, and said so."""
        if named != "base64" or key != "data" or not BASE64_LINES.fullmatch(child):
            return False
        media = source.get("media_type")
        # Only a media type of the closed form is repeated: any other is the client's text.
        kind = media if isinstance(media, str) and closed("media_type", media) else "unknown type"
        self.unscanned.append(f"{kind} at {path.removesuffix('.source')}")
        self.media.append(kind)
        return True


def _opaque(named: str | None, key: str, child: str) -> bool:
    """Ciphertext of the provider: nobody but the provider can read or change it."""
    types = OPAQUE.get(key)
    return types is not None and named in types and BASE64.fullmatch(child) is not None
