"""One value of a named field in a text, and how something else is written in its place.

Rule: what is written keeps the text what it was: JSON stays JSON, a CSV keeps its columns, a table its rows.
"""

import json
import re
from dataclasses import dataclass
from enum import Enum, auto


class Form(Enum):
    """How the value stands in the text. `start` and `end` of a value lie outside of its quotes."""

    JSON_STRING = auto()
    JSON_BARE = auto()  # a number, true, false
    CSV_QUOTED = auto()
    CSV_BARE = auto()
    CELL = auto()  # of a table with rules: between two bars, blanks outside
    PLAIN = auto()  # stands as it is: in quotes of its own kind, behind `=`, in the lines of a block
    YAML_BARE = auto()
    ESCAPED_BARE = auto()  # a number in JSON that is itself in a string

    def read(self, raw: str) -> str:
        """A value as it stands between its quotes, if it has any."""
        match self:
            case Form.JSON_STRING:
                return _unescaped(raw)
            case Form.CSV_QUOTED:
                return raw.replace('""', '"')
            case _:
                return raw

    def written(self, new: str) -> str:
        """Another value as it has to stand there."""
        match self:
            case Form.JSON_STRING:
                return json.dumps(new, ensure_ascii=False)[1:-1]
            case Form.JSON_BARE | Form.YAML_BARE:
                return json.dumps(new, ensure_ascii=False)
            case Form.ESCAPED_BARE:
                return json.dumps(json.dumps(new, ensure_ascii=False), ensure_ascii=False)[1:-1]
            case Form.CSV_QUOTED:
                return new.replace('"', '""')
            case Form.CSV_BARE:
                return '"' + new.replace('"', '""') + '"' if _NEEDS_QUOTES & set(new) else new
            case _:
                return " ".join(new.replace("|", "/").split()) if self is Form.CELL else new


# What would begin a new field or row if it stood bare.
_NEEDS_QUOTES = frozenset(',;\t|"\r\n')


@dataclass(frozen=True, slots=True)
class Value:
    """`path`: the keys that lead to it, indices left out: `("users", "card", "number")`, or one column."""

    path: tuple[str, ...]
    start: int
    end: int
    form: Form

    def read(self, text: str) -> str:
        """The value without the quoting of its format."""
        start, end = self.inside(text)
        return self.form.read(text[start:end])

    def written(self, new: str) -> str:
        """A new value as it has to stand in this one's place."""
        match self.form:
            case Form.JSON_STRING | Form.CSV_QUOTED:
                return '"' + self.form.written(new) + '"'
            case _:
                return self.form.written(new)

    def inside(self, text: str) -> tuple[int, int]:
        """Where it stands without its quotes."""
        if self.form not in (Form.JSON_STRING, Form.CSV_QUOTED):
            return self.start, self.end
        ends = _CLOSED[self.form].fullmatch(text, self.start, self.end)
        return self.start + 1, self.end - 1 if ends else self.end


_CLOSED = {
    Form.JSON_STRING: re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL),
    Form.CSV_QUOTED: re.compile(r'"(?:[^"]|"")*+"'),
}


def _unescaped(raw: str) -> str:
    try:
        read = json.loads(f'"{raw}"', strict=False)
    except ValueError:  # cut off, or an escape that JSON does not know
        return raw
    return read if isinstance(read, str) else raw
