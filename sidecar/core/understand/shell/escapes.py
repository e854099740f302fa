"""Backslashes: as they stand between words, and in `$'...'`, `echo -e` and `printf`."""

import re

from sidecar.core.understand.shell.braces import CLOSE, COMMA, OPEN

_LETTERS = {"a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPE = re.compile(
    r"\\(?:x(?P<hex>[0-9a-fA-F]{1,2})|u(?P<short>[0-9a-fA-F]{1,4})|U(?P<long>[0-9a-fA-F]{1,8})"
    r"|(?P<octal>[0-7]{1,3})|c(?P<control>.)|(?P<other>.))",
    re.DOTALL,
)
_BARE = re.compile(r"\\(.)|([{,}])", re.DOTALL)
_MARKS = {"{": OPEN, ",": COMMA, "}": CLOSE}


def unescaped(text: str) -> str:
    """Outside of quotes: a backslash takes the next character as it is, and a line end away; bare braces are marked."""
    return _BARE.sub(lambda m: _MARKS[m[2]] if m[2] else "" if m[1] == "\n" else m[1], text)


def ansi_c(text: str) -> str:
    return _ESCAPE.sub(_decoded, text)


def _decoded(found: re.Match[str]) -> str:
    if found["octal"]:
        return chr(int(found["octal"], 8) & 0xFF)
    digits = found["hex"] or found["short"] or found["long"]
    if digits:
        code = int(digits, 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
    if found["control"]:
        return chr(ord(found["control"]) & 0x1F)
    return _LETTERS.get(found["other"], found["other"] if found["other"] in "\\'\"?" else found[0])
