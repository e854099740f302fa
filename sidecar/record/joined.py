"""Several spools of one gate read as one record: its own, and the one of who opened sealed originals.

Rules: a part that one of them may have delivered, freed and forgotten is not missing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sidecar.core.evidence.anchored import Anchored
from sidecar.core.evidence.event import Event
from sidecar.record.sources import SpoolSource


class Joined:
    """At least one."""

    name = "spool"
    aside: Sequence[tuple[Event, str]] = ()

    def __init__(self, sources: Sequence[SpoolSource]) -> None:
        self._sources = sources
        self.whole = all(source.whole for source in sources)
        self.begins: Mapping[str, int] = {chain: first for source in sources for chain, first in source.begins.items()}

    def total(self) -> int:
        return sum(source.total() for source in self._sources)

    def events(self) -> Iterator[Sequence[Event]]:
        for source in self._sources:
            yield from source.events()

    def absent(self, digests: frozenset[str]) -> Iterable[str]:
        missing = digests
        for source in self._sources:
            missing = frozenset(source.absent(missing))
        return missing

    def fetch(self, digests: frozenset[str]) -> Mapping[str, bytes]:
        return {name: data for source in self._sources for name, data in source.fetch(digests).items()}

    def holds(self, digest: str) -> bool:
        return any(source.holds(digest) for source in self._sources)

    def parts(self) -> Iterator[tuple[str, bytes | None]]:
        for source in self._sources:
            yield from source.parts()

    def own(self) -> Sequence[Anchored]:
        return [anchored for source in self._sources for anchored in source.own()]
