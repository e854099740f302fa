"""What was written down of a request or an answer, put together again from its parts.

Rules: a part that is not there any more (it was let go by age) is told as missing, by its digest; nothing is made up.
"""

import json
from collections.abc import Iterator, Mapping

from sidecar.core.wire.json_strings import JsonValue

REFERENCE = frozenset({"part", "parts"})


def named(outline: JsonValue) -> Iterator[tuple[str, str]]:
    """Every reference in an outline or a group: `part` or `parts`, and the digest. Of a `parts`, read what it names."""
    if isinstance(outline, dict):
        reference = _reference(outline)
        if reference is not None:
            yield reference
            return
        outline = list(outline.values())
    for child in outline if isinstance(outline, list) else ():
        yield from named(child)


def recalled(outline: JsonValue, parts: Mapping[str, bytes]) -> JsonValue:
    """The whole value. `parts`: whatever of its parts there is, by digest."""
    if not isinstance(outline, dict):
        return outline
    return {key: _field(value, parts) for key, value in outline.items()}


def _field(value: JsonValue, parts: Mapping[str, bytes]) -> JsonValue:
    if isinstance(value, list):
        return [one for child in value for one in _element(child, parts)]
    if isinstance(value, dict):
        return next(_element(value, parts), None)
    return value


def _element(value: JsonValue, parts: Mapping[str, bytes]) -> Iterator[JsonValue]:
    reference = _reference(value)
    if reference is None:
        yield value
        return
    kind, digest = reference
    if digest not in parts:
        yield {"missing": digest}
        return
    read: JsonValue = json.loads(parts[digest])
    if kind == "part" or not isinstance(read, list):
        yield read
        return
    for child in read:
        yield from _element(child, parts)


def _reference(value: JsonValue) -> tuple[str, str] | None:
    if not isinstance(value, dict) or len(value) != 1:
        return None
    (key, digest), *_ = value.items()
    return (key, digest) if key in REFERENCE and isinstance(digest, str) else None
