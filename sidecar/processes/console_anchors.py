"""How far the anchors are: which checkpoints each has, and how many it lacks.

Strategy: a file is read when somebody asks. What lies over the network (a bucket, the control plane's store) is asked
in a thread of its own and told from memory, with the time at which it was asked: a page waits a moment for the first
answer, and never for a later one.

Rules: an anchor that cannot be looked at from here (a log collector's) is named, and nothing is claimed of it.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sidecar.core.errors import ConfigurationError
from sidecar.core.evidence.anchored import Anchored
from sidecar.processes.anchoring import far, far_name
from sidecar.record.anchors import AnchoringFailed, FileAnchor
from sidecar.record.reader import SpoolReader
from sidecar.record.sources import anchored, file_anchor
from sidecar.settings.values import AnchorPlace, Settings

STREAM = "standard output, for a log collector"
FRESH = 300.0  # seconds: all of a bucket's checkpoints are read, an object each
AGAIN = 15.0  # seconds after it could not be read
PATIENCE = 0.1  # seconds that a page may wait
ASKED = "Being asked now: load this page again."


@dataclass(frozen=True, slots=True)
class Standing:
    """`newest`: Unix seconds of the newest checkpoint that it has. `asked`: when, if over the network."""

    name: str
    lines: int | None = None
    newest: float | None = None
    behind: int | None = None
    trouble: str | None = None
    asked: float | None = None


class Standings:
    """Of the anchors that the settings name; several threads may ask."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time, patience: float = PATIENCE) -> None:
        self._settings = settings
        self._clock = clock
        self._patience = patience
        self._lock = threading.Lock()
        self._known: dict[str, Standing] = {}
        self._asking: dict[str, threading.Thread] = {}

    def now(self) -> Sequence[Standing]:
        return [self._standing(place) for place in self._settings.record.anchors]

    def _standing(self, place: AnchorPlace) -> Standing:
        if place.file is not None:
            return self._file(place.file)
        return self._remembered(name, place) if (name := far_name(place)) else Standing(STREAM)

    def _file(self, file: Path) -> Standing:
        try:
            kept = file_anchor(file)
        except ConfigurationError as error:
            return Standing(str(file), trouble=str(error))
        if kept is None:
            return Standing(str(file), 0, trouble="The file is not there yet.")
        return self._counted(str(file), FileAnchor(file).name, kept)

    def _remembered(self, name: str, place: AnchorPlace) -> Standing:
        with self._lock:
            known, asking = self._known.get(name), self._asking.get(name)
            if self._old(known) and (asking is None or not asking.is_alive()):
                asking = threading.Thread(target=self._ask, args=(name, place), name="anchor read", daemon=True)
                self._asking[name] = asking
                asking.start()
        if known is None and asking is not None:
            asking.join(self._patience)
        with self._lock:
            return self._known.get(name, Standing(name, trouble=ASKED))

    def _old(self, known: Standing | None) -> bool:
        if known is None or known.asked is None:
            return True
        return self._clock() - known.asked >= (AGAIN if known.trouble else FRESH)

    def _ask(self, name: str, place: AnchorPlace) -> None:
        try:
            anchor = far(place, self._settings)
            found = self._counted(name, name, anchored(name, anchor.lines() if anchor else (), torn=False))
        except (AnchoringFailed, ConfigurationError) as failed:
            found = Standing(name, trouble=f"It cannot be read: {failed}")
        with self._lock:
            self._known[name] = replace(found, asked=self._clock())

    def _counted(self, shown: str, name: str, kept: Anchored) -> Standing:
        newest = max((one.at for one in kept.checkpoints), default=None)
        seconds = datetime.fromisoformat(newest).timestamp() if newest else None
        return Standing(shown, len(kept.checkpoints), seconds, _behind(self._settings.record.spool, name))


def _behind(spool: Path, name: str) -> int | None:
    """By what the spool noted down; nothing where there is none."""
    reader = SpoolReader(spool)
    try:
        has = reader.said(f"anchor:{name}")
        return None if has is None else reader.unanchored(int(has))
    finally:
        reader.close()
