"""The scalars of JSON with the names that lead to them: for rules that go by the name of a field.

Strategy: strings are counted as `json_strings` counts them. A number has no place among those, so it gets an ordinal of
its own, below all others, and is found again by its path.

Rules:
- Names are the keys above a value, indices left out; those of a protocol's own are not told.
- A truth value is a number here: `{"pregnant": true}` says as much as any text.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from sidecar.core.model.piece import Text
from sidecar.core.wire.json_spans import Path
from sidecar.core.wire.json_strings import JsonValue, joined, path_of

# Below what stands for the parts of an address.
FIRST_NUMBER = -100
Names = tuple[str, ...]
Numbers = Mapping[int, Path]
_Node: TypeAlias = "tuple[JsonValue, tuple[str | int, ...], Names, bool]"


@dataclass(slots=True, repr=False)
class Leaves:
    """`ordinal`: of the next string. `names`: those of each text. `numbers`: where each number stands."""

    ordinal: int = 0
    texts: list[Text] = field(default_factory=list)
    names: list[Names] = field(default_factory=list)
    numbers: dict[int, Path] = field(default_factory=dict)

    def tree(self, value: JsonValue, path: tuple[str | int, ...] = (), names: Names = ()) -> None:
        """Every leaf of a value that stands at this path of the document."""
        stack: list[_Node] = [(value, path, names, False)]
        while stack:
            node, path, names, key = stack.pop()
            if isinstance(node, str):
                self.text(node, names, key=key)
            elif isinstance(node, dict):
                for name, child in reversed(node.items()):
                    stack.append((child, (*path, name), (*names, name), False))
                    stack.append((name, path, names, True))
            elif isinstance(node, list):
                stack.extend((node[at], (*path, at), names, False) for at in range(len(node) - 1, -1, -1))
            elif node is not None:
                self._number(json.dumps(node), path, names)

    def text(self, value: str, names: Names = (), *, key: bool = False) -> None:
        """The next string of the document."""
        if value:
            self.texts.append(Text(self.ordinal, value, key))
            self.names.append(names)
        self.ordinal += 1

    def _number(self, digits: str, path: Path, names: Names) -> None:
        ordinal = FIRST_NUMBER - len(self.numbers)
        self.numbers[ordinal] = path
        self.texts.append(Text(ordinal, digits))
        self.names.append(names)


def place_of(value: JsonValue, ordinal: int, numbers: Numbers) -> str:
    """Where a leaf stands, as people read it."""
    if ordinal not in numbers:
        return path_of(value, ordinal)
    shown = ""
    for step in numbers[ordinal]:
        if isinstance(value, dict):
            shown = joined(shown, str(step), list(value).index(str(step)))
            value = value[str(step)]
        elif isinstance(value, list) and isinstance(step, int):
            shown, value = f"{shown}[{step}]", value[step]
    return shown
