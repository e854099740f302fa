"""Every string of a parsed JSON document, in the order in which it stands in the bytes.

Strategy: a stack instead of recursion, so that depth costs nothing but memory. A dict keeps its document's order, so
walking the parsed value counts strings exactly as a regex over the raw bytes would: a key, then what it holds.

Rules:
- An ordinal counts keys and values alike, from 0.
- A path is for people and for records: it shows a key only if it looks like a field name. A key can be a secret or an
  address as well as any value can; then its position stands in its place.
"""

import re
from typing import TypeAlias

from sidecar.core.model.piece import Text

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None"

# Letters, dash and underscore, at most two digits at the end: `input`, `x-api-key`, `address2`; no key format, card,
# number or mail address fits.
_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z_-]{0,31}[0-9]{0,2}")


# Past the constructor written in Python, which costs three times as much.
_new = tuple.__new__


def strings(value: JsonValue, start: int = 0) -> list[Text]:
    """All strings of a document (or of the part of one whose first string has the ordinal `start`)."""
    found: list[Text] = []
    ordinal = start
    stack: list[JsonValue | tuple[str]] = [value]
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind is str:
            found.append(_new(Text, (ordinal, node, False)))
            ordinal += 1
        elif kind is tuple:  # a key: JSON itself has no tuples
            found.append(_new(Text, (ordinal, node[0], True)))  # type: ignore[index]
            ordinal += 1
        elif kind is dict:
            for key, child in reversed(node.items()):  # type: ignore[union-attr]
                stack.append(child)
                stack.append((key,))
        elif kind is list:
            stack.extend(reversed(node))  # type: ignore[arg-type]
    return found


def texts_of(value: JsonValue) -> tuple[Text, ...]:
    """All strings in which something can stand."""
    return tuple(text for text in strings(value) if text.value)


def count(value: JsonValue) -> int:
    """How many strings a value holds, keys included."""
    total = 0
    stack: list[JsonValue] = [value]
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind is str:
            total += 1
        elif kind is dict:
            total += len(node)  # type: ignore[arg-type]
            stack.extend(node.values())  # type: ignore[union-attr]
        elif kind is list:
            stack.extend(node)  # type: ignore[arg-type]
    return total


def ordinal_of(value: JsonValue, path: tuple[str, ...]) -> int:
    """The ordinal of what stands at a path of keys that exist: of the string, or of the first one in it."""
    ordinal = 0
    for step in path:
        if not isinstance(value, dict):
            raise KeyError(step)
        for key, child in value.items():
            ordinal += 1
            if key == step:
                break
            ordinal += 1 if type(child) is str else count(child)
        value = value[step]
    return ordinal


# What leads to a node: the step above it, and its own (an index, or a key and the key's position).
_Trail: TypeAlias = "tuple[_Trail, int | tuple[str, int]] | None"


def path_of(value: JsonValue, ordinal: int) -> str:
    """Where string number `ordinal` stands (`messages[2].content[0].text`), or the empty text if there is none.

    A key stands at its position in its object (`input{0}`): its words are not told."""
    left = ordinal
    stack: list[tuple[JsonValue | tuple[()], _Trail]] = [(value, None)]
    while stack:
        node, trail = stack.pop()
        kind = type(node)
        if kind is str or kind is tuple:
            if not left:
                return _written(trail)
            left -= 1
        elif isinstance(node, dict):
            for place, (key, child) in zip(range(len(node) - 1, -1, -1), reversed(node.items()), strict=True):
                stack.append((child, (trail, (key, place))))
                stack.append(((), (trail, ("", place))))
        elif isinstance(node, list):
            stack.extend((node[place], (trail, place)) for place in range(len(node) - 1, -1, -1))
    return ""


def _written(trail: _Trail) -> str:
    steps = []
    while trail is not None:
        trail, step = trail
        steps.append(step)
    path = ""
    for step in reversed(steps):
        path = f"{path}[{step}]" if isinstance(step, int) else joined(path, *step)
    return path


def joined(path: str, key: str, place: int) -> str:
    """A path one key further down. `place` is the key's position in its object, from 0."""
    if not _FIELD_NAME.fullmatch(key):
        return f"{path}{{{place}}}"
    return f"{path}.{key}" if path else key
