"""Where a secret is read, as the rest of the program sees it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """Exactly one of the two."""

    env: str | None = None
    file: Path | None = None
