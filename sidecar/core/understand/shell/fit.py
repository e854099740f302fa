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
_JOINS = "-_:./="
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


@dataclass(frozen=True, slots=True)
class _Token:
    """A word of the call. `skipped`: it may be left out of what is compared; `valued`: the next may be its value."""

    text: str
    folded: str
    vague: bool
    dashed: bool
    skipped: bool
    valued: bool


def _token(arg: Word) -> _Token:
    text, dashed = arg.text, arg.text.startswith("-")
    skipped = dashed or not text or _SETTING.match(text) is not None
    return _Token(text, text.strip().casefold(), _vague(arg), dashed, skipped, dashed and "=" not in text)


# Behind too many words nobody knows what comes.
_MORE = _Token("", "", vague=True, dashed=False, skipped=True, valued=False)


def _tokens(args: Sequence[Word]) -> tuple[_Token, ...]:
    found = tuple(map(_token, args[:MOST_WORDS]))
    return found if len(args) <= MOST_WORDS else (*found, _MORE)


def said(own: Own, name: str, args: Sequence[Word], cwd: str = ".") -> Said | None:
    """What the descriptions say of a call; nothing where none may be about it. `cwd`: where the shell stands."""
    last = name.rpartition("/")[2]
    about = list(own.programs(last))
    if not any(about):
        return None
    tokens = _tokens(args)
    read = [_of_book(entries, name, tokens, cwd) for entries in about]
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


def _of_book(entries: Iterable[DescribedProgram], name: str, tokens: Sequence[_Token], cwd: str) -> Said:
    meant = [one for one in entries if _begins(one, tokens)]
    by_name = {called: named(called, name, cwd) for called in {one.name for one in meant}}
    fits = [(one, by_name[one.name], _worded(one.words, tokens)) for one in meant]
    certain = [one for one, program, by_words in fits if min(program, by_words) is Fit.SURE]
    longest = max((len(one.words) for one in certain), default=-1)
    base = [one for one in certain if len(one.words) == longest]
    more = [
        (one, by_words)
        for one, program, by_words in fits
        if min(program, by_words) and (program is Fit.SURE or not base) and len(one.words) > longest
    ]
    opened = any(by_words is Fit.OPEN for _, by_words in more)
    return Said((*base, *(one for one, _ in more)), bool(base), opened, max(longest, 0))


def _begins(one: DescribedProgram, tokens: Sequence[_Token]) -> bool:
    """A quick look, for there may be many of one program: what a plain first word does not fit, the call does not."""
    if not one.words or not tokens:
        return not one.words
    first = tokens[0]
    return first.vague or first.skipped or _near(one.words[0], first)


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
    return _worded(words, _tokens(args))


def _worded(words: Sequence[str], tokens: Sequence[_Token]) -> Fit:
    if len(tokens) >= len(words) and all(map(_is, words, tokens)):
        return Fit.SURE
    return _may(words, tokens)


def _is(word: str, token: _Token) -> bool:
    return not token.vague and (word == token.text or (word == ANY and bool(token.text) and not token.dashed))


def _may(words: Sequence[str], tokens: Sequence[_Token]) -> Fit:
    """Every way to take the options counts. `at`: how many of the words may have been met."""
    at, valued, whole = {0}, False, len(words)
    for token in tokens:
        if token.vague:
            return Fit.OPEN
        met = {index + 1 for index in at if _near(words[index], token)}
        at = met | at if token.skipped or valued else met
        if whole in at:
            return Fit.MAYBE
        if not at:
            return Fit.NO
        valued = token.valued
    return Fit.NO


def _near(word: str, token: _Token) -> bool:
    """Programs take a verb in any letters, shortened (`del`), and with more behind it (`delete-all`)."""
    if word == ANY or not token.folded:
        return bool(token.folded) and not token.dashed
    meant = word.casefold()
    return meant.startswith(token.folded) or (token.folded.startswith(meant) and token.folded[len(meant)] in _JOINS)


def _vague(arg: Word) -> bool:
    """What it will be is not known: computed, completed by the shell, out of a file, or in letters that hide."""
    text = arg.text
    if not arg.known:
        return True
    return " " not in text and (text.startswith("@") or not text.isascii() or any(letter in text for letter in "*?["))
