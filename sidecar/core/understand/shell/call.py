"""The values that pass between the parts of the shell reader.

Rules:
- What cannot be known before the command runs stands in a word as a hole; a word with a hole is not known.
- A program's reader sees a call and gives back a reading: deeds, further things that it runs, and what it could not
  read. It never runs or reads anything itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sidecar.core.model.effect import Deed, Effect, Object, Thing

# No word of a shell can hold this character, so it cannot be forged.
HOLE = "\x00"


@dataclass(frozen=True, slots=True)
class Stream:
    """What flows through a pipe or stands in a file. `hosts`: it came from there; `secret`: it was read from one."""

    text: str | None = None
    hosts: tuple[str, ...] = ()
    given: bool = True


NO_STREAM = Stream(given=False)


@dataclass(frozen=True, slots=True)
class Word:
    """One argument after every expansion. `stream`: what a process substitution gives to read."""

    text: str
    stream: Stream | None = None

    @property
    def known(self) -> bool:
        return HOLE not in self.text

    @property
    def shown(self) -> str:
        return self.text.replace(HOLE, "…")


@dataclass(frozen=True, slots=True)
class Call:
    """A program about to be run. `files`: what this same text wrote before, by path."""

    name: str
    args: tuple[Word, ...] = ()
    stdin: Stream = NO_STREAM
    files: dict[str, Stream] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        # No more words than are shown.
        text = " ".join([self.name, *(word.shown for word in self.args[:120])])
        return text if len(text) <= 120 else text[:119] + "…"


@dataclass(frozen=True, slots=True)
class Script:
    """Shell text that is run. `here`: in this very shell, so that what it sets stays set. `args`: $1, $2 …"""

    word: Word
    label: str
    here: bool = False
    args: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Argv:
    """Words that are run as a command: the first is the program. `loose`: it may be the value of an option that nobody
    knows, so a program that stands soon after counts as well. `path`: where its programs are looked up, if it says.
    `elsewhere`: it begins in another folder."""

    words: tuple[Word, ...]
    stdin: Stream = NO_STREAM
    loose: bool = False
    path: Word | None = None
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Statements:
    """SQL that is run."""

    word: Word
    dialect: str | None


@dataclass(frozen=True, slots=True)
class Code:
    """A program in another language that is run."""

    word: Word
    language: str


Run = Script | Argv | Statements | Code


@dataclass(frozen=True, slots=True)
class Reading:
    """`notes`: what people are told beside the deeds."""

    deeds: tuple[Deed, ...] = ()
    runs: tuple[Run, ...] = ()
    unread: tuple[str, ...] = ()
    out: Stream = Stream()
    notes: tuple[str, ...] = ()


NOTHING = Reading()
Reader = Callable[[Call], Reading]


def deed(effect: Effect, why: str, *objects: Object) -> Deed:
    return Deed(effect, why, objects)


def does(effect: Effect, call: Call, *objects: Object, why: str = "") -> Reading:
    """The one thing that a call does."""
    return Reading((Deed(effect, f"{why}: {call.shown}" if why else call.shown, objects),))


def joined(*readings: Reading) -> Reading:
    outs = [reading.out for reading in readings if reading.out != Stream()]
    return Reading(
        tuple(deed for reading in readings for deed in reading.deeds),
        tuple(run for reading in readings for run in reading.runs),
        tuple(word for reading in readings for word in reading.unread),
        outs[-1] if outs else Stream(),
        tuple(note for reading in readings for note in reading.notes),
    )


def path(name: str) -> Object:
    return Object(Thing.PATH, name)


def host(name: str) -> Object:
    return Object(Thing.HOST, name)


def resource(name: str) -> Object:
    return Object(Thing.RESOURCE, name)
