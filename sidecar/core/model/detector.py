"""A detector as data, and what it found.

Rules:
- A pattern is RE2 over UTF-8 bytes. It may look only at its match, at most 64 characters before the value, and one
  character after it; never at "a keyword anywhere in the text", or a stream could not be judged exactly.
- A `Match` never holds the value.
"""

from collections.abc import Callable
from dataclasses import dataclass

Validator = Callable[[bytes], bool]


@dataclass(frozen=True, slots=True)
class Detector:
    """`id` is `family/name`; `label` becomes the placeholder's type (`EMAIL` in `[EMAIL_...]`).

    `value_group` is the capture group that holds the sensitive value (0: the whole match). A detector made from a
    policy's own `match` has an id beginning with `rule/`.
    """

    id: str
    label: str
    pattern: str
    value_group: int = 0
    validate: Validator | None = None


@dataclass(frozen=True, slots=True, order=True)
class Match:
    """A sensitive value stands at bytes `start` to `end` (exclusive) of the text that was scanned."""

    start: int
    end: int
    detector: str
