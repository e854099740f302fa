"""The body of any HTTP message that can be read: JSON, a form, or text; and the same with other texts in it.

Strategy: JSON keeps every byte but the values that change. Of a form only the fields that change are written anew.
Any other text is one text.

Rules:
- What a body is follows from its content type, and from nothing in it. A type that nobody knows is not read; an answer
  is read as text then, if it is any.
- A form is read as servers read it: `+` is a space, `%41` is `A`. Its names are judged, and cannot change.
- Text that is not UTF-8 is not read: two readers would read two texts.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import quote_plus, unquote_plus

from sidecar.core.errors import Code, Refused
from sidecar.core.model.piece import Piece, Text
from sidecar.core.model.place import Place
from sidecar.core.wire.json_leaves import Leaves, Names, Numbers, place_of
from sidecar.core.wire.json_strict import JsonDocument, JsonLimits, parse
from sidecar.core.wire.json_strings import JsonValue
from sidecar.core.wire.letters import keeps_ascii

FORM = "application/x-www-form-urlencoded"
_TEXT = frozenset({"application/xml", "application/yaml", "application/x-yaml", "application/javascript",
                   "application/graphql", "application/sql", "application/toml"})  # fmt: skip
_LINES = frozenset({"application/x-ndjson", "application/jsonl", "application/x-jsonl"})
_XML_LETTERS = re.compile(r"\ufeff?\s*<\?xml[^>]{0,200}?\bencoding\s*=\s*[\"']([^\"']*)")
# A form has some tens of fields; thousands are an attack on whoever counts them.
MOST_FIELDS = 2000


def kind_of(content_type: str | None) -> str:
    """The bare type, in small letters."""
    return (content_type or "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Body:
    """`value`: what is written down of it. `texts`: what rules look at; `names`: the keys above each, where there are
    any. `numbers`: where those of JSON stand."""

    raw: bytes = field(repr=False)
    form: str
    texts: tuple[Text, ...] = field(repr=False)
    value: JsonValue = field(repr=False, default=None)
    names: tuple[Names, ...] = field(repr=False, default=())
    numbers: Numbers = field(repr=False, default_factory=dict)

    def piece(self, place: Place) -> Piece:
        return Piece(place, "body", self.texts, names=self.names)

    def path(self, ordinal: int) -> str:
        return place_of(self.value, ordinal, self.numbers) or "body" if self.form == "json" else "body"

    def told(self, changes: Mapping[int, str]) -> JsonValue:
        """`value` of a text or a form, with other texts in it."""
        if self.form == "text":
            return {"text": changes.get(0, self.raw.decode())}
        return _told(_fields(self.raw), changes)

    def document(self) -> JsonDocument:
        """What is written down."""
        return JsonDocument(self.raw, self.value)


def read_body(kind: str, raw: bytes, limits: JsonLimits) -> Body | None:
    """The body, nothing if bodies of this type cannot be read, or `Refused` for one that is not what it says."""
    if kind == "application/json" or kind.endswith("+json"):
        return _json(parse(raw, limits))
    if kind == FORM:
        return _form(raw)
    if kind.startswith("text/") or kind in _TEXT or kind in _LINES or kind.endswith("+xml"):
        text = _decoded(raw)
        _same_letters(text)
        return Body(raw, "text", (Text(0, text),) if text else (), {"text": text})
    return None


def read_text(raw: bytes) -> Body | None:
    """Bytes of a type that nobody knows, where they are text all the same: whoever names the type cannot hide it."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    return Body(raw, "text", (Text(0, text),), {"text": text}) if text and "\0" not in text else None


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


def _json(document: JsonDocument) -> Body:
    leaves = Leaves()
    leaves.tree(document.value)
    names = tuple(leaves.names)
    return Body(document.raw, "json", tuple(leaves.texts), document.value, names, leaves.numbers)


def _form(raw: bytes) -> Body:
    """Two strings a field: its name and its value."""
    leaves, fields = Leaves(), _fields(raw)
    for name, value in fields:
        leaves.text(name, key=True)
        leaves.text(value, (name,))
    return Body(raw, "form", tuple(leaves.texts), _told(fields, {}), tuple(leaves.names))


def _fields(raw: bytes) -> list[tuple[str, str]]:
    fields = _decoded(raw).split("&")
    if len(fields) > MOST_FIELDS:
        _refuse(f"a form has at most {MOST_FIELDS} fields here")
    parted = [one.partition("=") for one in fields]
    return [(_unquoted(name), _unquoted(value)) for name, _, value in parted]


def _told(fields: Sequence[tuple[str, str]], changes: Mapping[int, str]) -> JsonValue:
    shown: list[JsonValue] = [
        {"name": name, "value": changes.get(2 * index + 1, value)} for index, (name, value) in enumerate(fields)
    ]
    return {"form": shown}


def _unquoted(text: str) -> str:
    try:
        return unquote_plus(text, errors="strict")
    except UnicodeDecodeError:
        _refuse("a field of the form is not UTF-8")


def _decoded(raw: bytes) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        _refuse("it is not UTF-8")
    if "\0" in text:
        _refuse("it holds zero bytes, as text in another charset does")
    return text


def _same_letters(text: str) -> None:
    """A document may name its letters itself, and programs that read XML go by that."""
    named = _XML_LETTERS.match(text)
    if named is not None and not keeps_ascii(named[1]):
        _refuse("it says that it is in a charset other than UTF-8")


def _refuse(why: str) -> NoReturn:
    raise Refused(400, Code.INVALID_REQUEST, f"The body cannot be read: {why}.")
