"""JSON bytes with some of their strings replaced, everything else byte for byte.

Strategy: in valid JSON a quote outside a string always begins one, so one pass of a small expression over the bytes
finds the strings in document order; no second parse.

Rules:
- Only values change. A key that is named here is a bug, and raises, as does a string that is not there.
- What is put in is always valid JSON and valid UTF-8. Escaped are control characters, U+0085, U+2028 and U+2029 (some
  readers take them for the end of a line, and an SSE event would break in two), and half a surrogate pair.
"""

import json
import re
from collections.abc import Mapping

# Possessive (`*+`): never goes back, so also text that is no JSON costs one pass.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_KEY_FOLLOWS = re.compile(rb"[ \t\r\n]*:")
_LINE_ENDS = str.maketrans({"\u0085": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def escaped(value: str) -> bytes:
    """A string as JSON, quotes included."""
    try:
        return json.dumps(value, ensure_ascii=False).translate(_LINE_ENDS).encode()
    except UnicodeEncodeError:
        # Half a surrogate pair has no UTF-8, but an escape.
        return json.dumps(value).encode()


def spliced(raw: bytes, changes: Mapping[int, str]) -> bytes:
    """`changes`: new values by the string's number in the document, keys counted, from 0."""
    if not changes:
        return raw
    parts: list[bytes] = []
    at = 0
    last = max(changes)
    done = 0
    for ordinal, found in enumerate(_STRING.finditer(raw)):
        if ordinal in changes:
            if _KEY_FOLLOWS.match(raw, found.end()):
                raise ValueError(f"string {ordinal} is a key, and keys never change")
            parts += (raw[at : found.start()], escaped(changes[ordinal]))
            at = found.end()
            done += 1
        if ordinal >= last:
            break
    if done < len(changes):
        raise ValueError(f"{len(changes) - done} of the strings to change are not in this document")
    parts.append(raw[at:])
    return b"".join(parts)
