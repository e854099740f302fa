"""Reads the parts of an RE2 pattern that stand for one character: escapes and classes."""

from sidecar.core.detect.tree import ANY, ASCII, BEYOND, folded, mask_between, mask_of


class Unreadable(ValueError):  # noqa: N818  (an answer, not a fault)
    """The pattern uses something that this reader does not know."""


_DIGIT = mask_between(ord("0"), ord("9"))
_LOWER = mask_between(ord("a"), ord("z"))
_UPPER = mask_between(ord("A"), ord("Z"))
_WORD = _DIGIT | _LOWER | _UPPER | mask_of("_")
_SPACE = mask_of("\t\n\f\r ")
_NAMED = {
    "d": _DIGIT,
    "D": ANY & ~_DIGIT,
    "w": _WORD,
    "W": ANY & ~_WORD,
    "s": _SPACE,
    "S": ANY & ~_SPACE,
    "C": ANY,
    "a": mask_of("\a"),
    "f": mask_of("\f"),
    "n": mask_of("\n"),
    "r": mask_of("\r"),
    "t": mask_of("\t"),
    "v": mask_of("\v"),
}
_POSIX = {
    "alnum": _DIGIT | _LOWER | _UPPER,
    "alpha": _LOWER | _UPPER,
    "ascii": ASCII,
    "blank": mask_of("\t "),
    "cntrl": mask_between(0, 31) | 1 << 127,
    "digit": _DIGIT,
    "graph": mask_between(0x21, 0x7E),
    "lower": _LOWER,
    "print": mask_between(0x20, 0x7E),
    "punct": mask_between(0x21, 0x7E) & ~(_DIGIT | _LOWER | _UPPER),
    "space": _SPACE | mask_of("\v"),
    "upper": _UPPER,
    "word": _WORD,
    "xdigit": _DIGIT | mask_between(ord("A"), ord("F")) | mask_between(ord("a"), ord("f")),
}


def read_escape(pattern: str, at: int) -> tuple[int, int]:
    """The mask of what follows a backslash, and where it ends."""
    sign = pattern[at : at + 1]
    if sign in _NAMED:
        return _NAMED[sign], at + 1
    if sign in ("p", "P"):
        end = pattern.index("}", at) if pattern[at + 1 : at + 2] == "{" else at + 1
        return ANY, end + 1
    code = read_number(pattern, at)
    if code is not None:
        return mask_between(code[0], code[0]), code[1]
    if sign == "" or sign.isalnum():
        raise Unreadable(f"an unknown escape: {sign!r}")
    return mask_of(sign), at + 1


def read_number(pattern: str, at: int) -> tuple[int, int] | None:
    r"""A character written as a number (`\x41`, `\x{1F600}`, `\012`), and where it ends."""
    if pattern.startswith("x{", at):
        end = pattern.index("}", at)
        return int(pattern[at + 2 : end], 16), end + 1
    if pattern.startswith("x", at):
        return int(pattern[at + 1 : at + 3], 16), at + 3
    end = at
    while end < at + 3 and pattern[end : end + 1] in tuple("01234567"):
        end += 1
    return (int(pattern[at:end], 8), end) if end > at else None


def read_class(pattern: str, at: int, fold: bool) -> tuple[str, int, int]:
    """The source, the mask and the end of the class that begins here."""
    start = at
    at += 1
    negated = pattern.startswith("^", at)
    at += negated
    mask = 0
    first = True
    while first or pattern[at] != "]":
        first = False
        added, at = _member(pattern, at)
        mask |= added
    mask = folded(mask) if fold else mask
    if negated:
        mask = ASCII & ~mask | BEYOND
    return pattern[start : at + 1], mask, at + 1


def _member(pattern: str, at: int) -> tuple[int, int]:
    if pattern.startswith("[:", at):
        end = pattern.find(":]", at)
        name = pattern[at + 2 : end]
        if end >= 0 and name.removeprefix("^") in _POSIX:
            mask = _POSIX[name.removeprefix("^")]
            return (ANY & ~mask if name.startswith("^") else mask), end + 2
    low, mask, end = _bound(pattern, at)
    if low is None or not pattern.startswith("-", end) or pattern.startswith("]", end + 1):
        return mask, end
    high, _, end = _bound(pattern, end + 1)
    if high is None:
        raise Unreadable("a range without an end")
    return mask_between(low, high), end


def _bound(pattern: str, at: int) -> tuple[int | None, int, int]:
    """One member: its code point if it is a single character, its mask, its end."""
    if pattern[at] != "\\":
        return ord(pattern[at]), mask_of(pattern[at]), at + 1
    mask, end = read_escape(pattern, at + 1)
    number = read_number(pattern, at + 1)
    if number is not None:
        return number[0], mask, end
    single = mask & ASCII == mask and mask.bit_count() == 1
    return (mask.bit_length() - 1 if single else None), mask, end
