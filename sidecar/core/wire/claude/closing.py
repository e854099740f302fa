"""JSON that stopped half-way, closed where it stopped: a tool call whose model ran out of tokens.

Strategy: count the open brackets outside of strings, end what is half-written (a string, an escape, a literal, a
number, a pair), close the brackets, and let the strict parser say whether that is JSON now.

Rule: nothing that arrived is taken away, so the judged text holds every character of it.
"""

import re
from itertools import product

from sidecar.core.errors import Refused
from sidecar.core.wire.json_strict import JsonDocument, JsonLimits, parse

# Possessive: a string of five megabytes that never ends took four seconds with a way back after each character.
_TOKENS = re.compile(r'"(?:[^"\\]++|\\.)*+"|"(?:[^"\\]++|\\.)*+\\?$|[{}\[\]]', re.DOTALL)
_HALF_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{0,3})?\Z")
_LONGEST_HALF = len("\\u123")
_LOW = "udc00"  # the second half of a surrogate pair
_CLOSER = {"{": "}", "[": "]"}
# What may still be missing of a pair, a literal or a number. The first that makes it JSON is taken.
_REST = ("", "null", ":null", '"":null', "0", "e", "ue", "rue", "se", "lse", "alse", "l", "ll", "ull")


def closed(raw: str, limit: int) -> tuple[JsonDocument, int] | None:
    """The document, and how many characters at its end only close it; nothing if no closing helps."""
    open_brackets: list[str] = []
    in_string = False
    for token in _TOKENS.finditer(raw):
        text = token.group()
        if text in _CLOSER:
            open_brackets.append(_CLOSER[text])
        elif text in ("}", "]"):
            if not open_brackets or open_brackets.pop() != text:
                return None
        else:
            in_string = len(text) < 2 or not text.endswith('"') or (token.end() == len(raw) and _unended(text))
    brackets = "".join(reversed(open_brackets))
    for escape, rest in product(_escapes(raw), ('"', '":null')) if in_string else product(("",), _REST):
        try:
            return parse((raw + escape + rest + brackets).encode(), JsonLimits(bytes=4 * limit)), len(rest + brackets)
        except (Refused, UnicodeEncodeError):
            continue
    return None


def _unended(text: str) -> bool:
    """Does the quote at the end of this string belong to an escape, so that the string goes on?"""
    before = text[:-1]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _escapes(raw: str) -> tuple[str, ...]:
    """What may end a half-written escape, or half a surrogate pair."""
    half = _HALF_ESCAPE.search(raw, max(0, len(raw) - _LONGEST_HALF))
    if half is None or not _unended(raw[: half.start() + 1] + '"'):
        return "", f"\\{_LOW}"
    begun = half.group(1) or ""
    zeros = ("u" + "0" * 4)[len(begun) :]
    low = (_LOW[len(begun) :],) if _LOW.startswith(begun) else ()
    return (*(() if begun else ("\\",)), zeros, *low, f"{zeros}\\{_LOW}")
