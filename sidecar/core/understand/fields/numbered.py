"""A text without the numbers that a tool wrote before each line, as `cat -n` does and tools that read files do.

Rule: only what is numbered from line to line is; a column of numbers of its own keeps them.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, replace

from sidecar.core.understand.fields.value import Value

_NUMBER = re.compile(r"^[ ]{0,8}([0-9]{1,7})(?:\t|→)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class View:
    """`starts` and `shifts`: from which place in `text` on how many characters were left out before it."""

    text: str
    starts: tuple[int, ...] = ()
    shifts: tuple[int, ...] = ()

    def there(self, value: Value) -> Value:
        """Where a value of this view stands in the text itself."""
        if not self.starts:
            return value
        last = value.end - 1
        return replace(value, start=value.start + self._before(value.start), end=value.end + self._before(last))

    def _before(self, at: int) -> int:
        found = bisect_right(self.starts, at)
        return self.shifts[found - 1] if found else 0


def unnumbered(text: str) -> View:
    first = _NUMBER.match(text)
    second = _NUMBER.match(text, text.find("\n") + 1) if first and "\n" in text else None
    if first is None or second is None or int(second[1]) != int(first[1]) + 1:
        return View(text)
    parts, starts, shifts = [], list[int](), list[int]()
    at = length = 0
    for found in _NUMBER.finditer(text):
        parts.append(text[at : found.start()])
        length += found.start() - at
        at = found.end()
        starts.append(length)
        shifts.append(at - length)
    return View("".join((*parts, text[at:])), tuple(starts), tuple(shifts))
