"""Brace expansion: `a{b,c}` and `{1..3}`, over text in which the unquoted braces are marked.

Rules:
- At most 64 words come out; a word that would make more is left as one word with a hole, so that nobody takes it for
  known.
"""

import re

from sidecar.core.understand.shell.call import HOLE

# Unquoted `{`, `,`, `}` and white space; the parser refuses a text that holds these characters itself.
OPEN, COMMA, CLOSE, BREAK = "\ue000", "\ue001", "\ue002", "\ue003"
MOST = 64
_INNER = re.compile(f"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}")
_RANGE = re.compile(r"(-?\d{1,6}|[a-zA-Z])\.\.(-?\d{1,6}|[a-zA-Z])(?:\.\.(-?\d{1,4}))?")


def braced(text: str) -> list[str]:
    """Every word that the braces make, in no promised order."""
    if OPEN not in text:
        return [text]
    words, done = [text], []
    while words:
        word = words.pop()
        found = _INNER.search(word)
        if found is None:
            done.append(word)
        else:
            words += [word[: found.start()] + choice + word[found.end() :] for choice in _choices(found[1])]
        if len(words) + len(done) > MOST:
            return [HOLE]
    return done[::-1]


def _choices(inner: str) -> list[str]:
    """What stands for one pair of braces; a pair that is no list stays, as plain characters."""
    if COMMA in inner:
        return inner.split(COMMA)[: MOST + 1]
    found = _RANGE.fullmatch(inner)
    if found is None:
        return ["{" + inner + "}"]
    return _range(found[1], found[2], abs(int(found[3] or 1)) or 1)


def _range(first: str, last: str, step: int) -> list[str]:
    if first.lstrip("-").isdigit() and last.lstrip("-").isdigit():
        low, high = sorted((int(first), int(last)))
        return [str(number) for number in range(low, high + 1, step)[: MOST + 1]]
    if first.isalpha() and last.isalpha():
        low, high = sorted((ord(first), ord(last)))
        return [chr(code) for code in range(low, high + 1, step)[: MOST + 1]]
    return ["{" + f"{first}..{last}" + "}"]
