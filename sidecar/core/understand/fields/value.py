"""One value of a named field in a text, and how something else is written in its place.

Rule: what is written keeps the text what it was: JSON stays JSON, a CSV keeps its columns, a table its rows.
"""

import json
from dataclasses import dataclass
from enum import Enum, auto


class Form(Enum):
    """How the value stands in the text. `start` and `end` of a value lie outside of its quotes."""

    JSON_STRING = auto()
    JSON_BARE = auto()  # a number, true, false
    CSV_QUOTED = auto()
    CSV_BARE = auto()
    CELL = auto()  # of a table with rules: between two bars, blanks outside


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
        raw = text[self.start : self.end]
        match self.form:
            case Form.JSON_STRING:
                return _unescaped(raw)
            case Form.CSV_QUOTED:
                return raw.removeprefix('"').removesuffix('"').replace('""', '"')
            case _:
                return raw

    def written(self, new: str) -> str:
        """A new value as it has to stand in this one's place."""
        match self.form:
            case Form.JSON_STRING | Form.JSON_BARE:
                return json.dumps(new, ensure_ascii=False)
            case Form.CSV_QUOTED:
                return '"' + new.replace('"', '""') + '"'
            case Form.CSV_BARE:
                return '"' + new.replace('"', '""') + '"' if _NEEDS_QUOTES & set(new) else new
            case Form.CELL:
                return " ".join(new.replace("|", "/").split())


def _unescaped(raw: str) -> str:
    try:
        read = json.loads(raw)
    except ValueError:  # cut off, or an escape that JSON does not know
        return raw.strip('"')
    return read if isinstance(read, str) else raw
