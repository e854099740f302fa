"""The forms in which most credentials come, as builders of detectors.

Rules:
- A token that says what it is needs no context: it begins at a word boundary and runs as far as its letters go, so that
  the whole of it is covered even if it is longer than documented.
- A value that could be anything needs the name before it: at most 64 characters in all.
- Between the name and the value there is exactly one way to read the text, or the answer of a stream would depend on
  how much of it has arrived.
"""

from sidecar.core.detect.check.secret import drawn
from sidecar.core.detect.check.text import varied
from sidecar.core.model.detector import Detector, Validator

# From a name to its value: the rest of the identifier, an operator or what stands for one, quotes.
TAIL = r"""[\w.\- ]{0,12}(?:\[["'][\w.\-]{0,8})?["'`\\\]]{0,3}\s{0,3}"""
OPERATOR = r"(?::{0,3}=>?|[?.+|!=]=|:|=|>|,)"
GAP = r"""[\s=>]{0,6}(?:[rbuf@]?["'`\\]{1,3})?"""
END = r"(?:[^A-Za-z0-9_\-/+=]|\z)"


def token(name: str, label: str, body: str, validate: Validator | None = varied) -> Detector:
    """A credential with a distinctive beginning."""
    return Detector(f"secret/{name}", label, rf"\b(?:{body})", validate=validate)


def named(name: str, label: str, words: str, body: str, validate: Validator | None = drawn) -> Detector:
    """A credential that only the name before it tells from anything else. `words` are alternatives, in lower case."""
    pattern = rf"(?i:{words}){TAIL}{OPERATOR}{GAP}({body}){END}"
    return Detector(f"secret/{name}", label, pattern, value_group=1, validate=validate)


# Around a number: not a longer number, a word, a path, a decimal fraction.
_LEFT = r"(?:\A|[^0-9A-Za-z_.\-/+])"
_LEFT_OF_COLONS = r"(?:\A|[^0-9A-Za-z_.\-+:])"
_RIGHT = r"(?:[^0-9A-Za-z_\-+:]|\z)"


def bounded(name: str, label: str, body: str, validate: Validator | None, *, colons: bool = False) -> Detector:
    """Personal data with a shape or a checksum of its own: it only has to stand alone. `colons`: it has some inside."""
    left = _LEFT_OF_COLONS if colons else _LEFT
    return Detector(f"pii/{name}", label, rf"{left}({body}){_RIGHT}", value_group=1, validate=validate)


def after(name: str, label: str, words: str, body: str, validate: Validator | None) -> Detector:
    """Personal data that could be any number: it has to follow a word that says what it is."""
    kind = r"[a-z_\- ]{0,12}(?:(?i: no| nr| num(?:ber)?| id| card))?"
    between = kind + r"""[.:#=\s"'(]{0,4}(?i:(?:is|was|on|in|are)\b)?[:\s"'(]{0,3}"""
    return Detector(f"pii/{name}", label, rf"(?i:{words}){between}({body}){_RIGHT}", value_group=1, validate=validate)
