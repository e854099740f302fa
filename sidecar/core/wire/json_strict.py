"""JSON that means one thing only: bytes to a value, or a refusal that names the place.

Strategy: the standard library's C scanner reads; hooks refuse what it would accept in silence. What the scanner cannot
be told (depth, lone surrogates) is checked afterwards, at C speed on clean input.

Rules:
- Two readers must never understand the same bytes differently, or what we judged is not what the provider reads:
  duplicate keys, NaN, numbers that overflow, a BOM and half a surrogate pair are refused, not mended.
- Whatever the bytes are, the outcome is a document or `Refused`.
- A message names line and column or a path, never a value or a key.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from json import JSONDecodeError, JSONDecoder
from typing import NoReturn

from sidecar.core.errors import Code, Refused
from sidecar.core.wire.json_strings import JsonValue, joined, path_of, strings

__all__ = ["DEFAULT_LIMITS", "JsonDocument", "JsonLimits", "JsonValue", "parse"]

# No API takes longer ones (a float has 17 digits that count, a 256-bit integer 78), and `int()` is quadratic.
_MOST_DIGITS = 1000
_BOM = b"\xef\xbb\xbf"
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_STRING_OR_NUMBER = re.compile(r'"(?:[^"\\]|\\.)*"|(NaN|-?Infinity|-?[0-9][-+.eE0-9]*)')


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """The bytes as they came, and what they mean. Neither is in its `repr`: it may end in a log."""

    raw: bytes = field(repr=False)
    value: JsonValue = field(repr=False)


@dataclass(frozen=True, slots=True)
class JsonLimits:
    """`bytes`: what the Messages API itself accepts at most. `depth`: real requests stay below 30 levels, JSON schemas
    included; 200 leaves room and keeps readers that recurse (two frames a level) below Python's limit of 1000.
    `values`: each costs up to 10 microseconds to judge, and 32 MB hold 16 million; long conversations have 100,000."""

    bytes: int = 32 * 1024 * 1024
    depth: int = 200
    values: int = 500_000


DEFAULT_LIMITS = JsonLimits()


class _Duplicate(Exception):  # noqa: N818  (never leaves this file)
    pass


class _Number(Exception):  # noqa: N818  (never leaves this file)
    pass


def parse(raw: bytes, limits: JsonLimits = DEFAULT_LIMITS) -> JsonDocument:
    """The document, or `Refused` with 400 (413 for its size)."""
    if len(raw) > limits.bytes:
        raise Refused(413, Code.TOO_LARGE, f"The body has {len(raw)} bytes; at most {limits.bytes} are allowed.")
    if raw.startswith(_BOM):
        _refuse("it begins with a byte order mark at line 1 column 1")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        _refuse(f"invalid UTF-8 {_line_column(raw[: error.start].decode())}", error)
    value = _scan(text, limits)
    if raw.count(b"[") + raw.count(b"{") > limits.depth and _deeper_than(value, limits.depth):
        _refuse(f"it is nested deeper than {limits.depth} levels")
    if raw.count(b",") >= limits.values and _more_values_than(value, limits.values):
        raise Refused(413, Code.TOO_LARGE, f"The body holds more than {limits.values} values.")
    if _ESCAPED_SURROGATE.search(raw):
        _check_surrogates(value)
    return JsonDocument(raw, value)


def _scan(text: str, limits: JsonLimits) -> JsonValue:
    try:
        return _STRICT.decode(text)  # type: ignore[no-any-return]
    except JSONDecodeError as error:
        # `msg` is one of a dozen fixed texts of the scanner, without any of the input.
        _refuse(f"{error.msg.removesuffix(' at')} at line {error.lineno} column {error.colno}", error)
    except _Duplicate as error:
        _refuse(f"a key stands twice in the same object at {_first_duplicate(text) or 'the top'}", error)
    except _Number as error:
        why = f"a number is NaN, infinite, out of range or has more than {_MOST_DIGITS} digits"
        _refuse(f"{why} {_line_column(text[: _first_bad_number(text)])}", error)
    except RecursionError as error:
        _refuse(f"it is nested deeper than {limits.depth} levels", error)


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    built = dict(pairs)
    if len(built) != len(pairs):
        raise _Duplicate
    return built


def _integer(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise _Number
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits) if len(digits) <= _MOST_DIGITS else math.inf
    if math.isinf(number):
        raise _Number
    return number


def _constant(_name: str) -> NoReturn:
    raise _Number


_STRICT = JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant)


def _first_bad_number(text: str) -> int:
    """Where the scanner stopped. It tells its hooks the digits, not the place; only errors pay for this."""
    for token in _STRING_OR_NUMBER.finditer(text):
        digits = token.group(1)
        if digits and (digits[-1] in "Ny" or len(digits) > _MOST_DIGITS or math.isinf(float(digits))):
            return token.start(1)
    return 0


def _deeper_than(value: JsonValue, limit: int) -> bool:
    """Level by level, which touches every value once and needs no recursion."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(limit):
        if not level:
            return False
        level = [
            child
            for node in level
            for child in (node.values() if type(node) is dict else node)
            if type(child) is dict or type(child) is list
        ]
    return bool(level)


def _more_values_than(value: JsonValue, limit: int) -> bool:
    count, stack = 0, [value]
    while stack and count <= limit:
        node = stack.pop()
        if isinstance(node, dict | list):
            count += len(node)
            stack.extend(
                child
                for child in (node.values() if type(node) is dict else node)
                if type(child) is dict or type(child) is list
            )
    return count > limit


def _check_surrogates(value: JsonValue) -> None:
    for text in strings(value):
        try:
            text.value.encode()
        except UnicodeEncodeError as error:
            _refuse(f"half a surrogate pair at {path_of(value, text.ordinal) or 'the top'}", error)


class _Pairs(list[tuple[str, JsonValue]]):
    """An object with its duplicates."""


def _first_duplicate(text: str) -> str:
    """The path of the first object, from the top, that holds a key twice. Read again: only errors pay for it."""
    try:
        value = JSONDecoder(object_pairs_hook=_Pairs).decode(text)
    except (ValueError, RecursionError):
        return ""
    return next(_objects_with_duplicates(value), "")


def _objects_with_duplicates(value: object) -> Iterator[str]:
    stack: list[tuple[object, str]] = [(value, "")]
    while stack:
        node, path = stack.pop()
        if isinstance(node, _Pairs):
            if len({key for key, _ in node}) != len(node):
                yield path
            stack.extend((child, joined(path, key, place)) for place, (key, child) in reversed(list(enumerate(node))))
        elif isinstance(node, list):
            stack.extend((child, f"{path}[{place}]") for place, child in reversed(list(enumerate(node))))


def _line_column(before: str) -> str:
    return f"at line {before.count(chr(10)) + 1} column {len(before) - before.rfind(chr(10))}"


def _refuse(why: str, cause: Exception | None = None) -> NoReturn:
    raise Refused(400, Code.INVALID_REQUEST, f"The request body is not valid JSON: {why}.") from cause
