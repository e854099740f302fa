"""How far the anchors are: which checkpoints each has, and how many it lacks.

Rules: an anchor that cannot be looked at from here (a log collector's) is named, and nothing is claimed of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sidecar.core.errors import ConfigurationError
from sidecar.record.reader import SpoolReader
from sidecar.record.sources import file_anchor
from sidecar.settings.values import Settings

STREAM = "standard output, for a log collector"


@dataclass(frozen=True, slots=True)
class Standing:
    """`newest`: Unix seconds of the newest checkpoint that it has."""

    name: str
    lines: int | None = None
    newest: float | None = None
    behind: int | None = None
    trouble: str | None = None


def anchors_of(settings: Settings) -> Sequence[Standing]:
    return [
        _file(settings.record.spool, one.file) if one.file is not None else Standing(STREAM)
        for one in settings.record.anchors
    ]


def _file(spool: Path, file: Path) -> Standing:
    name = str(file)
    try:
        kept = file_anchor(file)
    except ConfigurationError as error:
        return Standing(name, trouble=str(error))
    if kept is None:
        return Standing(name, 0, trouble="The file is not there yet.")
    newest = max((one.at for one in kept.checkpoints), default=None)
    seconds = datetime.fromisoformat(newest).timestamp() if newest else None
    return Standing(name, len(kept.checkpoints), seconds, _behind(spool, f"file:{file}"))


def _behind(spool: Path, name: str) -> int | None:
    """By what the spool noted down; nothing where there is none."""
    reader = SpoolReader(spool)
    try:
        has = reader.said(f"anchor:{name}")
        return None if has is None else len(reader.checkpoints(int(has)))
    finally:
        reader.close()
