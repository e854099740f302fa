"""The values of named fields in a text, whatever it is: JSON, CSV, a table, YAML, or prose with some of these in it.

Rules:
- Values never overlap; where two readings claim the same characters, the first of JSON, table, CSV, pairs has them.
- Numbers that a tool writes before each line of a file are no part of it.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator

from sidecar.core.understand.fields.delimited import delimited_values
from sidecar.core.understand.fields.json_text import json_values
from sidecar.core.understand.fields.names import Names
from sidecar.core.understand.fields.numbered import unnumbered
from sidecar.core.understand.fields.pairs import pair_values
from sidecar.core.understand.fields.ruled import ruled_values
from sidecar.core.understand.fields.value import Value

READINGS: tuple[Callable[[str], Iterator[Value]], ...] = (
    json_values,
    ruled_values,
    delimited_values,
    pair_values,
)


def values_of(text: str, names: Names) -> tuple[Value, ...]:
    """In order of where they stand."""
    found: list[Value] = []
    if not names.may_stand_in(text):
        return ()
    view = unnumbered(text)
    for reading in READINGS:
        fitting = [view.there(value) for value in reading(view.text) if names.fit(value.path)]
        taken = [value.start for value in found]
        found = sorted(found + [value for value in fitting if _free(value, found, taken)], key=_start)
    return tuple(found)


def _start(value: Value) -> int:
    return value.start


def _free(value: Value, found: list[Value], starts: list[int]) -> bool:
    """Whether no value found so far stands where this one does. Those are sorted and never overlap."""
    before = bisect_right(starts, value.start)
    return (before == 0 or found[before - 1].end <= value.start) and (
        before == len(found) or value.end <= found[before].start
    )


def replaced(text: str, values: tuple[Value, ...], new: Callable[[str], str]) -> str:
    """The text with each of these values made anew."""
    out, at = [], 0
    for value in values:
        out += [text[at : value.start], value.written(new(value.read(text)))]
        at = value.end
    return "".join((*out, text[at:]))
