"""One change to a text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """`text` takes the place of the bytes `start` to `end` (exclusive), counted in the UTF-8 of the whole text."""

    start: int
    end: int
    text: str
