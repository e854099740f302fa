"""Keys that some readers take for others: `Name` beside `name`.

Rules: readers of several languages (Go's, by default) compare keys without case, and the last one wins. So an object of
a protocol in which one of its own words stands in another spelling means two things, and is refused. What somebody else
wrote (the input of a tool, a schema) may spell as it likes.
"""

from collections.abc import Mapping

from sidecar.core.wire.json_strings import JsonValue


class Spelling:
    """The words of one protocol."""

    def __init__(self, words: frozenset[str]) -> None:
        self._words = words
        # `casefold` and not `lower`: readers that fold take the long s for an s, and the Kelvin sign for a k.
        self._folded = frozenset(word.casefold() for word in words)

    def doubtful(self, value: Mapping[str, JsonValue]) -> bool:
        """Whether a key is one of the words to some readers, and none to others."""
        if value.keys() <= self._words:
            return False
        return any(key not in self._words and key.casefold() in self._folded for key in value)
