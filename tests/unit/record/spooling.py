"""A spool in a folder of a test, and what stands in its file."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit

from sidecar.core.evidence.checkpoint import checkpoint_of, verified
from sidecar.core.evidence.event import NOTHING_BEFORE, Event, chained
from sidecar.core.evidence.merkle import Tree
from sidecar.record.keys import Keys, published
from sidecar.record.reader import events
from sidecar.record.spool import Spool

NOON = 1_760_000_000.0
OWN = frozenset(("chain_opened", "chain_closed", "checkpoint", "key_rotated"))


def keys(folder: Path) -> Keys:
    return Keys(folder / "keys", lambda: "2026-01-01T00:00:00.000000Z")


def opened(folder: Path, **changes: object) -> Spool:
    return Spool(folder / "spool", keys(folder), **changes)  # type: ignore[arg-type]


def kept(folder: Path) -> list[Event]:
    return list(events(folder / "spool"))


def told(folder: Path) -> list[Mapping[str, object]]:
    """The facts that callers recorded."""
    return [event.fact for event in kept(folder) if event.kind not in OWN]


def part(data: bytes) -> dict[str, bytes]:
    return {sha256(data).hexdigest(): data}


def prove(folder: Path) -> dict[str, list[Event]]:
    """Every chain by its name, after everything that can be checked about it was."""
    chains: dict[str, list[Event]] = {}
    for event in kept(folder):
        chains.setdefault(event.chain, []).append(event)
    public = published(folder / "keys")
    for chain in chains.values():
        previous = NOTHING_BEFORE
        for number, event in enumerate(chain, start=1):
            assert (event.seq, event.previous) == (number, previous)
            assert event.hash == chained(previous, event.body)
            previous = event.hash
        tree = Tree(event.hash for event in chain)
        for number, event in enumerate(chain):
            if event.kind == "checkpoint":
                stated = checkpoint_of(event.fact)
                assert stated is not None
                assert verified(stated, public)
                assert (stated.count, stated.root) == (number, tree.root(number).hex())
        assert [event.at for event in chain] == sorted(event.at for event in chain)
    return chains


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """A disk that is full: the kernel takes what fits, then refuses."""
    soft, hard = getrlimit(RLIMIT_FSIZE)
    setrlimit(RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        setrlimit(RLIMIT_FSIZE, (soft, hard))


class Moving:
    """A clock that a test sets."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def names() -> Callable[[], str]:
    """Chains called gc_1, gc_2, ..."""
    count = iter(range(1, 1000))
    return lambda: f"gc_{next(count)}"
