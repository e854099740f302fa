"""The texts of a message of MCP, each under the place that a rule would name for it.

    a client's request     arguments and `_meta` of a tool call are `tool_call`, everything else is `prompt`
    a client's answer      `prompt`: what a person or a model said, on its way to a server
    a server's list        each tool, prompt or resource is a `tool_description`, and so are a server's instructions
    everything else        `tool_result`, with the tool's name; of other methods, the method's

Strategy: one walk over the document in its order, which counts every string as `json_strings` does.

Rules:
- Names and numbers count in what is somebody's own JSON (arguments, `_meta`, structured results, data), not in MCP's.
- What a list is follows from its shape, not from what was asked: in a stream that was taken up again, nobody knows.
- Pictures, sounds and files as base64 are not looked at, and said so; short ones are read as texts all the same.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from sidecar.core.model.piece import Piece
from sidecar.core.model.place import Place
from sidecar.core.wire.claude.vocabulary import SCHEMA_FIELDS, SCHEMA_WORDS
from sidecar.core.wire.json_leaves import Leaves, Numbers
from sidecar.core.wire.json_strings import JsonValue, joined
from sidecar.core.wire.mcp.message import Message
from sidecar.core.wire.mcp.words import BASE64, FIELDS, FREE, MEDIA, MEDIA_TYPE, METHODS, SCHEMAS, TYPES

_NONE: frozenset[str] = frozenset()
Steps = tuple[str | int, ...]
OF_A_CALL = ("arguments", "_meta")
# What is shorter may be a key that has no letter beyond those of base64.
SHORTEST_MEDIA = 1024
LISTS = ("tools", "prompts", "resources", "resourceTemplates")


class Side(Enum):
    CLIENT = auto()
    SERVER = auto()


@dataclass(frozen=True, slots=True)
class Texts:
    pieces: tuple[Piece, ...] = field(repr=False)
    unscanned: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    numbers: Numbers = field(default_factory=dict, repr=False)


def texts_of(message: Message, side: Side, named: Callable[[str], str], tool: str | None = None) -> Texts:
    """`named`: how rules know a tool of this server. `tool`: whose result this is, as rules know it, where known."""
    walk = _Walk()
    walk.message(message, side, named, tool)
    return Texts(tuple(walk.pieces), tuple(walk.unscanned), tuple(dict.fromkeys(walk.media)), walk.leaves.numbers)


class _Walk:
    def __init__(self) -> None:
        self.leaves = Leaves()
        self.pieces: list[Piece] = []
        self.unscanned: list[str] = []
        self.media: list[str] = []

    def message(self, message: Message, side: Side, named: Callable[[str], str], tool: str | None) -> None:
        rest, of = _rest(message, side, tool)
        for place, (key, value) in enumerate(message.top.items()):
            path = joined("", key, place)
            self._key(key)
            if key == "params" and message.tool is not None and side is Side.CLIENT:
                self._call(message, named(message.tool))
            elif key == "result" and side is Side.SERVER and isinstance(value, dict):
                self._result(value, named, of)
            elif key in ("jsonrpc", "id", "method") and isinstance(value, str):
                self._own_word(key, value)
            else:
                self._shaped(value, path, (key,))
            self._cut(rest, path, of)

    def _own_word(self, key: str, value: str) -> None:
        """What cannot be changed, or the answer would not find its request."""
        if key == "id" or (key == "method" and value not in METHODS):
            self.leaves.text(value, key=True)
        else:
            self.leaves.ordinal += 1

    def _call(self, message: Message, tool: str) -> None:
        for place, (key, value) in enumerate(message.params.items()):
            path = joined("params", key, place)
            self._key(key)
            if key == "name":
                self.leaves.text(str(value), key=True)
            else:
                self._below(key, value, path, ("params", key))
            self._cut(Place.TOOL_CALL if key in OF_A_CALL else Place.PROMPT, path, tool)

    def _result(self, result: dict[str, JsonValue], named: Callable[[str], str], of: str | None) -> None:
        for place, (key, value) in enumerate(result.items()):
            path = joined("result", key, place)
            self._key(key)
            if key in LISTS and isinstance(value, list):
                self._listed(key, value, path, named)
            else:
                self._below(key, value, path, ("result", key))
            described = key == "instructions" and isinstance(value, str)
            self._cut(Place.TOOL_DESCRIPTION if described else Place.TOOL_RESULT, path, None if described else of)

    def _listed(self, key: str, value: list[JsonValue], path: str, named: Callable[[str], str]) -> None:
        self._cut(Place.TOOL_RESULT, path, None)
        for index, one in enumerate(value):
            name = one.get("name") if isinstance(one, dict) else None
            below = f"{path}[{index}]"
            self._shaped(one, below, ("result", key, index))
            tool = named(name) if key == "tools" and isinstance(name, str) else None
            self._cut(Place.TOOL_DESCRIPTION, below, tool, always=True)

    def _cut(self, place: Place, path: str, tool: str | None, *, always: bool = False) -> None:
        texts, names = self.leaves.texts, self.leaves.names
        if texts or always:
            self.pieces.append(Piece(place, path, tuple(texts), tool=tool, names=tuple(names) if any(names) else ()))
            self.leaves.texts, self.leaves.names = [], []

    def _key(self, key: str) -> None:
        if key in FIELDS:
            self.leaves.ordinal += 1
        else:
            self.leaves.text(key, key=True)

    def _below(self, key: str, value: JsonValue, path: str, steps: Steps) -> None:
        """What stands under a key: of the protocol's own shape, or anybody's."""
        if key in FIELDS and key not in FREE:
            self._shaped(value, path, steps)
        else:
            self.leaves.tree(value, steps, () if key in FIELDS else (key,))

    def _free(
        self, value: JsonValue, fields: frozenset[str] = frozenset(), words: frozenset[str] = frozenset()
    ) -> None:
        if isinstance(value, str):
            self.leaves.text(value)
        elif isinstance(value, list):
            for child in value:
                self._free(child, fields, words)
        elif isinstance(value, dict):
            for key, child in value.items():
                if key in fields:
                    self.leaves.ordinal += 1
                else:
                    self.leaves.text(key, key=True)
                if isinstance(child, str) and key in fields and child in words:
                    self.leaves.ordinal += 1
                else:
                    self._free(child, fields, words)

    def _shaped(self, value: JsonValue, path: str, steps: Steps) -> None:
        if isinstance(value, str):
            self.leaves.text(value)
        elif isinstance(value, list):
            for place, child in enumerate(value):
                self._shaped(child, f"{path}[{place}]", (*steps, place))
        elif isinstance(value, dict):
            for place, (key, child) in enumerate(value.items()):
                self._key(key)
                self._field(value, key, child, joined(path, key, place), (*steps, key))

    def _field(self, around: dict[str, JsonValue], key: str, child: JsonValue, path: str, steps: Steps) -> None:
        if isinstance(child, str) and ((key == "type" and child in TYPES) or self._binary(around, key, child, path)):
            self.leaves.ordinal += 1
        elif key in SCHEMAS:
            self._free(child, SCHEMA_FIELDS, SCHEMA_WORDS)
        else:
            self._below(key, child, path, steps)

    def _binary(self, around: dict[str, JsonValue], key: str, child: str, path: str) -> bool:
        of_media = key == "data" and around.get("type") in MEDIA
        if not (of_media or key == "blob") or not BASE64.fullmatch(child):
            return False
        media = around.get("mimeType")
        kind = media if isinstance(media, str) and MEDIA_TYPE.fullmatch(media) else "unknown type"
        self.unscanned.append(f"{kind} at {path}")
        self.media.append(kind)
        return len(child) >= SHORTEST_MEDIA


def _rest(message: Message, side: Side, tool: str | None) -> tuple[Place, str | None]:
    """The place of what has none of its own, and whose it is."""
    if side is Side.CLIENT:
        return Place.PROMPT, None
    return Place.TOOL_RESULT, message.known_method if message.method is not None else tool
