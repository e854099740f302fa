"""The body of any HTTP message that can be read: JSON, a form, or text; and the same with other texts in it.

Strategy: JSON keeps every byte but the strings that change. Of a form only the fields that change are written anew.
Any other text is one text.

Rules:
- What a body is follows from its content type, and from nothing in it. A type that nobody knows is not read.
- A form is read as servers read it: `+` is a space, `%41` is `A`. Its names are judged, and cannot change.
- Text that is not UTF-8 is not read: two readers would read two texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import quote_plus, unquote_plus

from sidecar.core.errors import Code, Refused
from sidecar.core.model.piece import Piece, Text
from sidecar.core.model.place import Place
from sidecar.core.wire.json_strict import JsonDocument, JsonLimits, parse
from sidecar.core.wire.json_strings import JsonValue, path_of, texts_of

FORM = "application/x-www-form-urlencoded"
_TEXT = frozenset({"application/xml", "application/yaml", "application/x-yaml", "application/javascript",
                   "application/graphql", "application/sql", "application/toml"})  # fmt: skip
_LINES = frozenset({"application/x-ndjson", "application/jsonl", "application/x-jsonl"})
# A form has some tens of fields; thousands are an attack on whoever counts them.
MOST_FIELDS = 2000


def kind_of(content_type: str | None) -> str:
    """The bare type, in small letters."""
    return (content_type or "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Body:
    """`value`: what is written down of it. `texts`: what rules look at."""

    raw: bytes = field(repr=False)
    form: str
    texts: tuple[Text, ...] = field(repr=False)
    value: JsonValue = field(repr=False, default=None)

    def piece(self, place: Place) -> Piece:
        return Piece(place, "body", self.texts)

    def path(self, ordinal: int) -> str:
        return path_of(self.value, ordinal) or "body" if self.form == "json" else "body"

    def document(self) -> JsonDocument:
        """What is written down."""
        return JsonDocument(self.raw, self.value)


def read_body(kind: str, raw: bytes, limits: JsonLimits) -> Body | None:
    """The body, nothing if bodies of this type cannot be read, or `Refused` for one that is not what it says."""
    if kind == "application/json" or kind.endswith("+json"):
        document = parse(raw, limits)
        return Body(raw, "json", texts_of(document.value), document.value)
    if kind == FORM:
        return _form(raw)
    if kind.startswith("text/") or kind in _TEXT or kind in _LINES or kind.endswith("+xml"):
        text = _decoded(raw)
        return Body(raw, "text", (Text(0, text),) if text else (), {"text": text})
    return None


def changed(body: Body, changes: Mapping[int, str], spliced: bytes) -> bytes:
    """The bytes with other texts. `spliced`: those of JSON, which whoever masks makes."""
    if not changes:
        return body.raw
    if body.form == "json":
        return spliced
    if body.form == "text":
        return changes[0].encode()
    fields = body.raw.split(b"&")
    for ordinal, value in changes.items():
        name, equals, _ = fields[ordinal // 2].partition(b"=")
        fields[ordinal // 2] = name + equals + quote_plus(value).encode()
    return b"&".join(fields)


def _form(raw: bytes) -> Body:
    """Two strings a field: its name and its value."""
    fields = _decoded(raw).split("&")
    if len(fields) > MOST_FIELDS:
        _refuse(f"a form has at most {MOST_FIELDS} fields here")
    texts: list[Text] = []
    shown: list[JsonValue] = []
    for index, one in enumerate(fields):
        name, _, value = one.partition("=")
        for offset, text in enumerate((_unquoted(name), _unquoted(value))):
            if text:
                texts.append(Text(2 * index + offset, text, key=not offset))
        shown.append({"name": _unquoted(name), "value": _unquoted(value)})
    return Body(raw, "form", tuple(texts), {"form": shown})


def _unquoted(text: str) -> str:
    try:
        return unquote_plus(text, errors="strict")
    except UnicodeDecodeError:
        _refuse("a field of the form is not UTF-8")


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        _refuse("it is not UTF-8")


def _refuse(why: str) -> NoReturn:
    raise Refused(400, Code.INVALID_REQUEST, f"The body cannot be read: {why}.")
