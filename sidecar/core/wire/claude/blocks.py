"""One block of content to one piece, in a request as in an answer.

Strategy: `type` decides, by table, how the block is walked and where its words stand. Results look up the name of
their tool by the id of the call, which stood earlier in the conversation.

Rules: an unknown type is read as any JSON, all its strings; so is a block that is no object.
"""

from collections.abc import Mapping

from sidecar.core.model.piece import Piece
from sidecar.core.model.place import Place
from sidecar.core.wire.claude.gather import Cursor
from sidecar.core.wire.claude.vocabulary import BLOCKS
from sidecar.core.wire.json_strings import JsonValue

CALLS = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})
THINKING = frozenset({"thinking", "redacted_thinking"})


def is_call(kind: str) -> bool:
    """Whether a block calls a tool; one of a later version of the API too, by its name."""
    return kind in CALLS or kind.endswith(("tool_use", "_call"))


def given(block: Mapping[str, JsonValue]) -> JsonValue:
    """The input of a call as its block has it. Nobody knows where a kind of a later version keeps its own."""
    if "input" in block or block.get("type") in CALLS:
        return block.get("input", {})
    return {key: value for key, value in block.items() if key not in ("type", "id", "name")}


def is_result(kind: str) -> bool:
    """Whether a block is what a tool gave back."""
    return kind.endswith("tool_result")


class Blocks:
    """Reads the blocks of one message after the other; remembers which call was which tool. Of two calls that wait for
    their results under one identifier, nobody knows whose result it is."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.signed_thinking = False
        self._tools: dict[str, str | None] = {}
        self._answered: set[str] = set()

    def asked(self, block: JsonValue, path: str, place: Place, *, assistant: bool) -> Piece | None:
        """A block of a request, which stands in `place` unless it is the result of a tool."""
        kind, tool = self._read(block, path)
        if is_result(kind):
            place = Place.TOOL_RESULT
        return self.cursor.cut(place, path, assistant=assistant, tool=tool)

    def answered(self, block: JsonValue, path: str) -> Piece | None:
        """A block of an answer."""
        kind, tool = self._read(block, path)
        if is_result(kind):
            place = Place.TOOL_RESULT
        elif is_call(kind):
            place = Place.TOOL_CALL
        else:
            place = Place.THINKING if kind in THINKING else Place.RESPONSE
        return self.cursor.cut(place, path, tool=tool)

    def _read(self, block: JsonValue, path: str) -> tuple[str, str | None]:
        kind = block.get("type") if isinstance(block, dict) else None
        if not isinstance(block, dict) or not isinstance(kind, str):
            self.cursor.free(block)
            return "", None
        if kind in BLOCKS:
            self.cursor.shaped(block, path)
        else:
            self.cursor.free(block)
        if kind in THINKING:
            self.signed_thinking |= bool(block.get("signature") or block.get("data"))
        return kind, self._tool(kind, block)

    def _tool(self, kind: str, block: dict[str, JsonValue]) -> str | None:
        identifier = block.get("tool_use_id" if is_result(kind) else "id")
        known = identifier if isinstance(identifier, str) else ""
        if is_call(kind):
            name = block.get("name")
            return self._called(known, name if isinstance(name, str) else None)
        if is_result(kind):
            self._answered.add(known)
            return self._tools.get(known)
        return None

    def _called(self, identifier: str, tool: str | None) -> str | None:
        waits = identifier in self._tools and identifier not in self._answered
        if identifier:
            self._tools[identifier] = None if waits and self._tools[identifier] != tool else tool
            self._answered.discard(identifier)
        return tool
