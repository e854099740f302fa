"""Which descriptions are about a call: by the program's name and by the words that follow it.

Strategy: a description is surely meant where its words stand first, as they were written. It may be meant where options
stand before or between them (each may or may not take the next word as its value), where a word is shortened or in
other letters, and where words are computed. The longest that is surely meant says what the call does; longer ones that
may be meant add to it.

Rules:
- A bare name means a bare name, or one in a folder where a system or a person keeps programs: `/tmp/acmectl` may be
  anything. A path means that path, from the folder where the shell stands.
- A name that only may be meant adds what its description says, and takes nothing away.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from sidecar.core.model.described import DescribedProgram, Own
from sidecar.core.understand import paths
from sidecar.core.understand.shell.call import HOLE, Word

ANY = "*"
SYSTEM = "/usr/bin"  # the search path before a text changes it
# No description has more words than may follow a program, and no program has verbs behind so many.
MOST_WORDS = 40
_KEEPS_PROGRAMS = re.compile(r"(/usr(/local)?)?/s?bin|/opt/[\w.-]+/s?bin|/snap/bin|~/(\.local/|\.cargo/|go/)?bin")
_SETTING = re.compile(r"[A-Za-z_]\w*=")


class Fit(IntEnum):
    NO = 0
    MAYBE = 1
    OPEN = 2  # words that are computed decide it
    SURE = 3


@dataclass(frozen=True, slots=True)
class Said:
    """`sure`: every book describes the call. `open`: what is computed in it may mean one of the longer ones. `words`:
    how many of the call's words the descriptions name."""

    entries: tuple[DescribedProgram, ...]
    sure: bool
    open: bool
    words: int


def said(own: Own, name: str, args: Sequence[Word], cwd: str = ".") -> Said | None:
    """What the descriptions say of a call; nothing where none may be about it. `cwd`: where the shell stands."""
    last = name.rpartition("/")[2]
    read = [_of_book(entries, name, args, cwd) for entries in own.programs(last)]
    entries = tuple(dict.fromkeys(entry for one in read for entry in one.entries))
    if not entries:
        return None
    sure = all(one.sure for one in read)
    return Said(entries, sure, any(one.open for one in read), min(one.words for one in read) if sure else 0)


def names(own: Own, name: str, cwd: str = ".") -> bool:
    """Whether a description is about that program, whatever its words."""
    last = name.rpartition("/")[2]
    return any(named(one.name, name, cwd) is Fit.SURE for entries in own.programs(last) for one in entries)


def keeps_programs(folder: str) -> bool:
    """Where a system or a person keeps programs that are called by their bare names."""
    return _KEEPS_PROGRAMS.fullmatch(folder) is not None


def _of_book(entries: Iterable[DescribedProgram], name: str, args: Sequence[Word], cwd: str) -> Said:
    fits = [(one, named(one.name, name, cwd), worded(one.words, args)) for one in entries]
    certain = [one for one, by_name, by_words in fits if min(by_name, by_words) is Fit.SURE]
    longest = max((len(one.words) for one in certain), default=-1)
    base = [one for one in certain if len(one.words) == longest]
    more = [
        (one, by_words)
        for one, by_name, by_words in fits
        if min(by_name, by_words) and (by_name is Fit.SURE or not base) and len(one.words) > longest
    ]
    opened = any(by_words is Fit.OPEN for _, by_words in more)
    return Said((*base, *(one for one, _ in more)), bool(base), opened, max(longest, 0))


def named(described: str, called: str, cwd: str = ".") -> Fit:
    """Whether a program is the one that was described."""
    folder, stroke, last = called.rpartition("/")
    if described.rpartition("/")[2].casefold() != last.casefold():
        return Fit.NO
    if "/" not in described:
        sure = described == last and (not stroke or keeps_programs(paths.folded(folder)))
    else:
        sure = bool(stroke) and HOLE not in cwd and paths.folded(_placed(called, cwd)) == paths.folded(described)
    return Fit.SURE if sure else Fit.MAYBE


def _placed(called: str, cwd: str) -> str:
    return called if called.startswith(("/", "~")) else f"{cwd}/{called}"


def worded(words: Sequence[str], args: Sequence[Word]) -> Fit:
    """Whether a call's words begin with these."""
    first = args[: len(words)]
    if len(first) == len(words) and all(_is(word, arg) for word, arg in zip(words, first, strict=True)):
        return Fit.SURE
    return _may(words, args[:MOST_WORDS])


def _is(word: str, arg: Word) -> bool:
    if _vague(arg):
        return False
    return word == arg.text or (word == ANY and bool(arg.text) and not arg.text.startswith("-"))


def _may(words: Sequence[str], args: Sequence[Word]) -> Fit:
    """Every way to take the options counts. `at`: how many of the words may have been met."""
    at, valued = {0}, False
    for arg in args:
        if len(words) in at:
            break
        if not at:
            return Fit.NO
        if _vague(arg):
            return Fit.OPEN
        dashed = arg.text.startswith("-")
        met = {index + 1 for index in at if index < len(words) and _near(words[index], arg.text, dashed=dashed)}
        skipped = dashed or valued or not arg.text or _SETTING.match(arg.text) is not None
        at = met | at if skipped else met
        valued = dashed and "=" not in arg.text
    return Fit.MAYBE if len(words) in at else Fit.NO


def _near(word: str, text: str, *, dashed: bool) -> bool:
    """Programs take a verb in any letters, and shortened: `del`."""
    if word == ANY or not text:
        return bool(text) and not dashed
    return word.casefold().startswith(text.casefold())


def _vague(arg: Word) -> bool:
    """What it will be is not known: computed, completed by the shell, out of a file, or in letters that hide."""
    text = arg.text
    if not arg.known:
        return True
    return " " not in text and (text.startswith("@") or not text.isascii() or any(letter in text for letter in "*?["))
