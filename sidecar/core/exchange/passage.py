"""What speaks to the model in the result of a tool, with the passage it stands in.

Strategy: a detector finds the words that give an attempt away ("ignore previous instructions"); what they introduce
follows them. So the sentence goes from one line break, quote, bracket or bar to the next, which keeps JSON, tables and
pages what they are.

Rule: bounded, so that a text without any of these loses no more than a paragraph.
"""

import re

from sidecar.core.model.detector import Match

FAMILY = "injection/"
MOST = 1200  # bytes to each side: two paragraphs of a page
_ENDS = frozenset(b'"<>{}[]|`\n\r')
_ESCAPED = re.compile(rb"\\+[nrt\"]")  # a line break or a quote of JSON that stands in the text as it is written


def widened(match: Match, data: bytes) -> Match:
    """The passage, if this is an attempt to steer; otherwise the match."""
    if not match.detector.startswith(FAMILY):
        return match
    return Match(_before(data, match.start), _after(data, match.end), match.detector)


def _before(data: bytes, at: int) -> int:
    least = max(0, at - MOST)
    start = next((place + 1 for place in range(at - 1, least - 1, -1) if data[place] in _ENDS), least)
    breaks = [found.end() for found in _ESCAPED.finditer(data, start, at)]
    return breaks[-1] if breaks else _at_character(data, start)


def _after(data: bytes, at: int) -> int:
    most = min(len(data), at + MOST)
    end = next((place for place in range(at, most) if data[place] in _ENDS), most)
    broken = _ESCAPED.search(data, at, end)
    # A backslash before the quote that ends a string of JSON belongs to that quote.
    end = broken.start() if broken else end
    while end > at and data[end - 1] == 0x5C:
        end -= 1
    return _at_character(data, end)


def _at_character(data: bytes, at: int) -> int:
    """Not inside of a letter of several bytes."""
    while 0 < at < len(data) and data[at] & 0xC0 == 0x80:
        at -= 1
    return at
