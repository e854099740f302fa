"""Globs and regular expressions of a policy, on RE2: linear in the text, whatever somebody writes.

Rules: `*` in a glob stands for any characters, none included; everything else stands for itself. A JSON path glob
knows `[*]` as well (any index), and fits whatever stands below the place it names.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import re2

# RE2 would accept more; a pattern that a person can review is shorter.
MAX_PATTERN = 4096
# Texts on which a pattern that can match nothing at all shows it.
_PROBES = ("", "a", " ", "a b", "é.1\n")
# A batch holds many requests: a path in one of them is the path it would have alone.
_IN_BATCH = re.compile(r"requests\[\d+\]\.params\.")


class _Span(Protocol):
    def start(self) -> int: ...

    def end(self) -> int: ...


class _Compiled(Protocol):
    def fullmatch(self, text: str) -> _Span | None: ...

    def search(self, text: str) -> _Span | None: ...


def _compiled(pattern: str) -> _Compiled:
    options = re2.Options()
    options.log_errors = False  # RE2 would write to stderr what is already in the exception
    compiled: _Compiled = re2.compile(pattern, options)
    return compiled


def checked(pattern: str) -> str:
    """The pattern, or a `ValueError` that says what is wrong with it."""
    if not pattern:
        raise ValueError("expected a regular expression, found an empty text")
    if len(pattern) > MAX_PATTERN:
        raise ValueError(f"longer than {MAX_PATTERN} characters: use `keywords`, or several rules")
    try:
        compiled = _compiled(pattern)
    except re2.error as error:
        said = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        raise ValueError(f"expected a regular expression in RE2's syntax: {said}") from error
    for probe in _PROBES:
        found = compiled.search(probe)
        if found is not None and found.start() == found.end():
            raise ValueError("this pattern also matches where there is no text at all, so it would match everywhere")
    return pattern


def keyword_pattern(keywords: Iterable[str]) -> str:
    """Any of the keywords, in any case, as whole words where they begin or end with a letter or digit.

    RE2's word boundary knows ASCII only, so a keyword that begins or ends with another letter is found inside words
    too: to find more is the safe side.
    """
    ordered = sorted(set(keywords), key=lambda word: (-len(word), word))
    return "(?i)(?:" + "|".join(_edge(word[0]) + re2.escape(word) + _edge(word[-1]) for word in ordered) + ")"


def _edge(letter: str) -> str:
    return r"\b" if letter.isascii() and letter.isalnum() else ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression that must fit the whole of a text."""

    source: str

    def fits(self, text: str) -> bool:
        return _cached(f"(?s:{self.source})").fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Globs:
    """Any of several globs."""

    sources: tuple[str, ...]
    any_case: bool = False

    def fits(self, text: str) -> bool:
        return _cached(_glob_pattern(self.sources, self.any_case)).fullmatch(text) is not None

    def fits_any(self, texts: Iterable[str]) -> bool:
        return any(self.fits(text) for text in texts)


@dataclass(frozen=True, slots=True)
class PathGlobs:
    """Any of several JSON path globs, such as `messages[*].content` or `*.ssn`."""

    sources: tuple[str, ...]

    def fits(self, path: str) -> bool:
        pattern = _cached(_path_pattern(self.sources))
        return any(pattern.fullmatch(one) is not None for one in (path, _IN_BATCH.sub("", path, count=1)))


@lru_cache(maxsize=4096)
def _cached(pattern: str) -> _Compiled:
    return _compiled(pattern)


@lru_cache(maxsize=4096)
def _glob_pattern(sources: tuple[str, ...], any_case: bool) -> str:
    return ("(?is)" if any_case else "(?s)") + "|".join(_starred(source) for source in sources)


@lru_cache(maxsize=4096)
def _path_pattern(sources: tuple[str, ...]) -> str:
    each = (r"\[[0-9]+\]".join(_starred(part) for part in source.split("[*]")) for source in sources)
    return "(?s)(?:" + "|".join(each) + r")(?:[.\[].*)?"


def _starred(source: str) -> str:
    return ".*".join(re2.escape(part) for part in source.split("*"))
