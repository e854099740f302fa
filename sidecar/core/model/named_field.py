"""A field whose values a rule masks by its name."""

import re
from dataclasses import dataclass

FAMILY = "field/"
LONGEST_LABEL = 24


@dataclass(frozen=True, slots=True, order=True)
class NamedField:
    """`name` as a person wrote it in a policy: `ssn`, `*.card.number`. It is told as the detector of what it finds."""

    name: str

    @property
    def id(self) -> str:
        return FAMILY + self.name

    @property
    def label(self) -> str:
        """`*.card.number` becomes CARD_NUMBER."""
        words = re.sub(r"[^A-Z0-9]+", "_", self.name.upper()).strip("_")
        return words[:LONGEST_LABEL].strip("_") if words[:1].isalpha() else "FIELD"
