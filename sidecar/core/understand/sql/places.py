"""What a place is that SQL names in a text: a file of the work at hand, a file of the machine, an address.

Rules: an address of any scheme is another machine. A file counts as ordinary only below the current or a temporary
folder, and if its name says no secret; where a server keeps its own folder, that is what a relative name means.
"""

import re

from sidecar.core.model.effect import Effect
from sidecar.core.understand import paths

Row = tuple[Effect, str]
_ADDRESS = re.compile(
    r"(?i)\s*([a-z][a-z0-9+.-]*://|s3:|gs:|az:|\\\\|//|(?:host|server|hostaddr|data source)\s*=|jdbc:)"
)
_LOOKS = re.compile(
    r"(?i)/|\\|^[\w.-]+:\d+$|^[a-z]:|\.(csv|tsv|json|jsonl|parquet|avro|orc|txt|xml|xlsx|db|sqlite3?)\b"
)
_MEMORY = frozenset({"", ":memory:", "file::memory:"})


def is_address(text: str) -> bool:
    return _ADDRESS.match(text) is not None and not text.strip().lower().startswith("file:")


def names_place(text: str) -> bool:
    """It looks like a file, a folder or a server."""
    return is_address(text) or _LOOKS.search(text) is not None


def is_ordinary(path: str) -> bool:
    """A file of the work at hand."""
    clean = paths.folded(path.strip().removeprefix("file:"))
    near = paths.is_temporary(clean) or not clean.startswith(("/", "~", "..", "$", "\\", "@"))
    return near and clean[1:2] != ":" and ".." not in clean and not paths.is_secret(clean)


def read(place: str) -> Row:
    if is_address(place):
        return Effect.LEAVES_MACHINE, f"{place[:60]} stands on another server"
    if is_ordinary(place):
        return Effect.READS, f"reads {place[:60]}"
    return Effect.READS_SECRET, f"{place[:60]} is a file of the machine"


def opened(place: str) -> tuple[Row, ...]:
    """A database file that is opened, and made if it is not there."""
    if place.strip().lower() in _MEMORY:
        return ((Effect.WRITES, "a database in memory"),)
    if is_address(place):
        return ((Effect.LEAVES_MACHINE, f"{place[:60]} stands on another server"),)
    path = place.strip().removeprefix("file:").partition("?")[0]
    if not paths.is_store(path):
        return ((Effect.UNKNOWN, f"{path[:60]} is no file that databases are kept in"),)
    found = [(Effect.WRITES, f"opens {path[:60]}")]
    if paths.is_kept(path) or paths.is_secret(path):
        found.append((Effect.READS_SECRET, f"{path[:60]} belongs to the machine"))
    return tuple(found)
