"""Long lists of constants, found at once: the rows of an INSERT, the values of an `IN`. They are most of a large text
and say nothing of what it does.

Strategy: one possessive regular expression, read once from left to right; what it finds becomes one token, whose word
is how the list begins, so that the parser reads a short list.

Rules:
- Only what every manner of cutting a text cuts alike: a backslash before a quote, say, ends the list before it began.
- A list counts from 20 rows on: what is shorter is read value by value. A list of values counts from 500 on, and only
  behind a column: `id % 1000 IN (0, 1, …)` may hold for all rows, and nobody would see it from the first values.
"""

import re

from sidecar.core.understand.sql.token import Kind, Token

_LEAST_ROWS = 20
_LEAST_VALUES = 500
_SHOWN = 8  # values that the parser gets to see
_S = r"[ \t\r\n]*+"
_TEXT = r"'(?!'')(?:[^'\\]++|''|\\[^'])*+'"
_CAST = rf"(?:::{_S}\w++(?:\(\d++(?:,{_S}\d++)?\))?+(?:\[\])?+)?+"
_NUMBER = r"-?+(?:\d++(?:\.\d*+)?+|\.\d++)(?:[eE][+-]?+\d++)?+(?![\w.$])"
_WORD = r"(?i:null|true|false|default|current_timestamp|current_date|current_time|localtimestamp)(?![\w(.$])"
_CALL = r"(?i:now|uuid|newid|getdate|sysdate|gen_random_uuid|uuid_generate_v4|curdate|utc_timestamp)\(\)"
_TYPED = rf"(?i:date|time|timestamp|timestamptz|interval|json|jsonb|uuid){_S}{_TEXT}"
_VALUE = rf"(?:(?:''(?!')|{_TEXT}|{_NUMBER}){_CAST}|{_WORD}|{_CALL}|{_TYPED})"
_ROW = rf"\({_S}{_VALUE}(?:{_S},{_S}{_VALUE})*+{_S}\)"
_ROWS = re.compile(rf"({_ROW})(?:{_S},{_S}{_ROW}){{{_LEAST_ROWS - 1},}}+")
_VALUES = re.compile(
    rf"({_S}{_VALUE}(?:{_S},{_S}{_VALUE}){{{_SHOWN - 1}}})(?:{_S},{_S}{_VALUE}){{{_LEAST_VALUES - _SHOWN},}}+"
)


def listed_at(text: str, at: int, before: list[Token]) -> Token | None:
    """The list that begins at a bracket, or just behind it, if there is a long one. `before`: the tokens so far."""
    if not before or not before[-1].is_word("VALUES", "IN"):
        return None
    if before[-1].word == "VALUES":
        found = _ROWS.match(text, at)
    else:
        found = _VALUES.match(text, at + 1) if _behind_a_column(before) else None
    return Token(Kind.LIST, found[1].replace("\\", "/"), found.start(), found.end()) if found else None


def _behind_a_column(before: list[Token]) -> bool:
    """`WHERE t.id IN`, and nothing that computes."""
    at = len(before) - 2
    while at > 1 and before[at].kind in {Kind.WORD, Kind.NAME} and before[at - 1].is_mark("."):
        at -= 2
    return at > 0 and before[at].kind in {Kind.WORD, Kind.NAME} and before[at - 1].is_word("WHERE", "AND", "OR", "ON")
