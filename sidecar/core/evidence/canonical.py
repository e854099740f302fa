"""JSON in one form only: sorted keys, no spaces, UTF-8, the shortest numbers, as Python's own encoder writes them.

Strategy: orjson writes the same bytes in a sixth of the time for nearly every fact. What it would write otherwise, or
take though JSON cannot carry it, goes to Python's encoder: it alone says what is canonical.

Rules:
- orjson's way only for values of exactly these types: text, whole numbers, truth values, nothing, dicts, lists, tuples,
  and floats that neither writes with an exponent. The rest (subclasses, enums, what is not a number) is Python's.
- Lone surrogates, whole numbers beyond 64 bits, keys that are no text and great depth orjson refuses by itself.
"""

import json
from collections.abc import Collection, Mapping

import orjson

# Made once: `json.dumps` with these options would make one for each text, at 2 us.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_OPTIONS = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_PASSTHROUGH_SUBCLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_DATACLASS
)
_FLAT = frozenset((str, int, bool, type(None)))


def canonical(value: Mapping[str, object]) -> bytes:
    """What JSON cannot carry is a bug in the caller, and raises there."""
    fact = dict(value)
    try:
        written = orjson.dumps(fact, option=_OPTIONS)
    except orjson.JSONEncodeError:
        return by_python(fact)
    return written if _plain(fact) else by_python(fact)


def by_python(value: object) -> bytes:
    # `backslashreplace` writes a lone surrogate as \udXXX, which is exactly its JSON escape.
    return _ENCODER.encode(value).encode("utf-8", "backslashreplace")


def _plain(fact: Mapping[str, object]) -> bool:
    """Whether both write it the same: a fifth of what writing it takes."""
    todo: list[Collection[object]] = [fact.values()]
    for values in todo:
        for value in values:
            kind = type(value)
            if kind is str or kind is int:
                continue
            if isinstance(value, dict) and kind is dict:
                todo.append(value.values())
            elif isinstance(value, list | tuple) and (kind is list or kind is tuple):
                todo.append(value)
            elif kind not in _FLAT and not (isinstance(value, float) and kind is float and _without_exponent(value)):
                return False
    return True


def _without_exponent(value: float) -> bool:
    """False for what is not a number, too."""
    return value == 0 or 1e-4 <= abs(value) < 1e16
