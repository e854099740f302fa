"""YAML that the tests were given: labelled cases, manifests, what the chart renders.

Rule: libyaml reads it, which is ten times as fast as the parser in Python; without libyaml the other one does.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CASES = Path(__file__).parent / "cases"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(text: str) -> Any:
    return yaml.load(text, Loader=LOADER)  # noqa: S506  (a safe one, by another name)


def read_all(text: str) -> Iterator[Any]:
    return yaml.load_all(text, Loader=LOADER)


@cache
def cases(place: str) -> Any:
    """A file below `tests/cases`; read once, so not to be changed."""
    return read((CASES / place).read_text())


def detected() -> list[dict[str, Any]]:
    """What each built-in detector finds, and what it lets pass."""
    files = sorted(path.name for path in (CASES / "detect").glob("*.yaml") if path.stem != "lines")
    return [row for file in files for row in cases(f"detect/{file}")]
