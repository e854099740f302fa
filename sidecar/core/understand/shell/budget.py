"""What a walk has left, and what it brings back."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sidecar.core.model.described import NOTHING_DESCRIBED, Own
from sidecar.core.model.effect import Deed, Effect, Node, Object, Thing
from sidecar.core.understand.several import LEFT_OUT, MOST, cost
from sidecar.core.understand.shell.call import Stream

# An ordinary text has ten; so many take some 30 ms.
MOST_COMMANDS = 300
# Words that all commands together are given: a thousand paths are removed in some 15 ms.
MOST_WORDS = 2_000
# What is longer than any text that we would read is not kept.
LONGEST_OUT = 24_000
SILENT = Stream("")
_CHANGES = frozenset({Effect.WRITES, Effect.DELETES, Effect.DESTROYS_DATA})


def _is_path(thing: Object) -> bool:
    return thing.kind is Thing.PATH


@dataclass(slots=True)
class Budget:
    """What is left for one text and everything in it, and what could not be read so far. `calls`: the functions and
    programs that we are inside of. `own`: what policies describe; `used`: the programs of it that were
    called; `changed`: paths that the text wrote so far."""

    depth: int = 0
    commands: int = 0
    words: int = 0
    inner: int = 0
    calls: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    own: Own = NOTHING_DESCRIBED
    changed: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)

    def note(self, deeds: Iterable[Deed]) -> None:
        """What they change is no longer what somebody described."""
        if self.own:
            paths = (one.name for deed in deeds if deed.effect in _CHANGES for one in deed.objects if _is_path(one))
            self.changed.update(paths)

    def spent(self) -> bool:
        self.commands += 1
        if self.commands == MOST_COMMANDS:
            self.unread.append(f"more than {MOST_COMMANDS} commands")
        return self.commands >= MOST_COMMANDS

    def worded(self, count: int) -> bool:
        """Whether so many words more are too many."""
        before, self.words = self.words, self.words + count
        if before <= MOST_WORDS < self.words:
            self.unread.append(f"more than {MOST_WORDS} words")
        return self.words > MOST_WORDS

    def reads(self, text: str) -> bool:
        """Whether a text in another language may still be read."""
        self.inner += cost(text)
        if self.inner > MOST:
            self.unread.append(LEFT_OUT)
        return self.inner <= MOST


@dataclass(frozen=True, slots=True)
class Done:
    """What statements do, and what they print."""

    nodes: tuple[Node, ...] = ()
    out: Stream = field(default_factory=Stream)


def together(streams: list[Stream]) -> Stream:
    """What several commands print, one after the other."""
    hosts = tuple(dict.fromkeys(name for stream in streams for name in stream.hosts))
    texts = [stream.text for stream in streams]
    known = [text for text in texts if text is not None]
    kept = len(known) == len(texts) and sum(map(len, known)) <= LONGEST_OUT
    return Stream("".join(known) if kept else None, hosts)
