"""RFC 6902: what turns one JSON value into another.

Strategy: what is the same object is the same value, so a pod of 100 KB costs what was changed in it. Of two lists the
equal beginning and end stay; what is between is compared place by place.
"""

from collections.abc import Iterator
from operator import is_
from typing import Any

Operation = dict[str, Any]


def patch(before: object, after: object) -> list[Operation]:
    return list(_between(before, after, ""))


def _between(before: object, after: object, path: str) -> Iterator[Operation]:
    if before is after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _tables(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(before, after, path)
    elif not same(before, after):
        yield {"op": "replace", "path": path, "value": after}


def _tables(before: dict[str, Any], after: dict[str, Any], path: str) -> Iterator[Operation]:
    for key in before:
        if key not in after:
            yield {"op": "remove", "path": f"{path}/{escaped(key)}"}
    for key, value in after.items():
        if key in before:
            yield from _between(before[key], value, f"{path}/{escaped(key)}")
        else:
            yield {"op": "add", "path": f"{path}/{escaped(key)}", "value": value}


def _lists(before: list[Any], after: list[Any], path: str) -> Iterator[Operation]:
    if len(before) <= len(after) and all(map(is_, before, after)):
        # What is only longer: the variables of every container.
        for index in range(len(before), len(after)):
            yield {"op": "add", "path": f"{path}/{index}", "value": after[index]}
        return
    first = _equal(before, after, 0)
    last = _equal(before[::-1], after[::-1], first)
    old, new = before[first : len(before) - last], after[first : len(after) - last]
    shared = min(len(old), len(new))
    # What came between stands before what was there: the old ones are compared with the new ones at the end.
    ahead = len(new) - shared
    for index in reversed(range(shared, len(old))):
        yield {"op": "remove", "path": f"{path}/{first + index}"}
    for index in range(shared):
        yield from _between(old[index], new[ahead + index], f"{path}/{first + index}")
    for index in range(ahead):
        yield {"op": "add", "path": f"{path}/{first + index}", "value": new[index]}


def _equal(before: list[Any], after: list[Any], taken: int) -> int:
    """How many are equal from the start, without those that the other end already took."""
    most = min(len(before), len(after)) - taken
    for index in range(most):
        if before[index] is not after[index] and not same(before[index], after[index]):
            return index
    return max(most, 0)


def same(one: object, other: object) -> bool:
    """Equal as JSON: `1`, `1.0` and `true` are three values."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


def escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
