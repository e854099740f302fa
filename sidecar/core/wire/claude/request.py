"""A request to the Messages API: everything that somebody wrote, in pieces, and what limits ask about.

Strategy: the top level is walked in document order; `system`, `tools`, `messages` and, for batches, `requests` have a
reader each, in a table; everything else, known or not, is read as one piece a field.

Rules:
- No string that a person, an agent or a tool wrote is left out. What is not looked at is named in `unscanned`.
- A shape that the provider would refuse is read all the same where it can be; refused is only what cannot be cut into
  messages at all, because then it is unclear who said what.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from sidecar.core.errors import Code, Refused
from sidecar.core.model.piece import Piece
from sidecar.core.model.place import Place
from sidecar.core.wire.claude.blocks import Blocks
from sidecar.core.wire.claude.endpoints import Endpoint
from sidecar.core.wire.claude.gather import Cursor
from sidecar.core.wire.claude.vocabulary import FIELDS, closed
from sidecar.core.wire.json_strict import JsonDocument
from sidecar.core.wire.json_strings import JsonValue, joined

Object = dict[str, JsonValue]

# Claude Code writes its session into `metadata.user_id`, older versions as `..._session_<uuid>`, newer ones as JSON.
_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SESSION = re.compile(rf'(?:_session_|"session_id"\s*:\s*")({_UUID})(?:"|$)')


@dataclass(frozen=True, slots=True)
class ClaudeRequest:
    """`model` is nothing if there is none, or several that differ (a batch): `models` has them all. `max_tokens` is the
    largest. `unscanned` names what was not looked at, `media` its kinds, once for each. `prompt_characters` counts what
    the model would read, of which `characters_beyond_ascii` are not ASCII. `session` is claimed, not proven.
    `tool_types`: of the tools that are not the client's own; `mcp_servers`: what the provider would reach by itself."""

    model: str | None
    models: tuple[str, ...]
    stream: bool
    max_tokens: int | None
    pieces: tuple[Piece, ...]
    tool_names: tuple[str, ...]
    unscanned: tuple[str, ...]
    media: tuple[str, ...]
    signed_thinking: bool
    prompt_characters: int
    characters_beyond_ascii: int
    message_count: int
    session: str | None
    tool_types: tuple[str, ...] = ()
    mcp_servers: tuple[str, ...] = ()

    @property
    def has_tools(self) -> bool:
        return bool(self.tool_names)


def read_request(document: JsonDocument, endpoint: Endpoint) -> ClaudeRequest:
    """`Refused` with 400 only if the shape makes judging impossible."""
    top = document.value
    if not isinstance(top, dict):
        _refuse("The request body must be a JSON object.")
    reader = _Reader()
    if endpoint is Endpoint.BATCHES:
        reader.batch(top)
    else:
        reader.params(top, "")
    return reader.result()


class _Reader:
    def __init__(self) -> None:
        self.cursor = Cursor()
        self.blocks = Blocks(self.cursor)
        self.models: list[str] = []
        self.max_tokens: int | None = None
        self.stream = False
        self.tools: list[str] = []
        self.tool_types: list[str] = []
        self.servers: list[str] = []
        self.messages = 0
        self.session: str | None = None
        self._fields: dict[str, Callable[[JsonValue, str], None]] = {
            "system": self._system,
            "tools": self._tools,
            "messages": self._messages,
        }

    def batch(self, top: Object) -> None:
        """Every request inside is read like a request of its own."""
        for place, (key, value) in enumerate(top.items()):
            if key != "requests":
                self._field(key, value, joined("", key, place))
                continue
            self.cursor.key(key)
            if not isinstance(value, list):
                _refuse("requests: must be a list.")
            for index, item in enumerate(value):
                self._batched(item, f"requests[{index}]")

    def _batched(self, item: JsonValue, path: str) -> None:
        if not isinstance(item, dict) or not isinstance(item.get("params"), dict):
            _refuse(f"{path}.params: must be an object.")
        for place, (key, value) in enumerate(item.items()):
            if key == "params" and isinstance(value, dict):
                self.cursor.key(key)
                self.params(value, f"{path}.params")
            else:
                self._field(key, value, joined(path, key, place))

    def params(self, params: Object, path: str) -> None:
        self._facts(params)
        for place, (key, value) in enumerate(params.items()):
            below = joined(path, key, place)
            read = self._fields.get(key)
            if read is None:
                self._field(key, value, below)
            else:
                self.cursor.key(key)
                read(value, below)

    def _facts(self, params: Object) -> None:
        model, most, metadata = params.get("model"), params.get("max_tokens"), params.get("metadata")
        if isinstance(model, str):
            self.models.append(model)
        if isinstance(most, int) and not isinstance(most, bool):
            self.max_tokens = max(most, self.max_tokens or 0)
        self.servers += _servers(params.get("mcp_servers"))
        self.stream |= params.get("stream") is True
        user = metadata.get("user_id") if isinstance(metadata, dict) else None
        if isinstance(user, str) and self.session is None and (found := _SESSION.search(user)):
            self.session = found.group(1)

    def _field(self, key: str, value: JsonValue, path: str) -> None:
        cursor = self.cursor
        if not cursor.key(key, FIELDS):
            cursor.free(value)
        elif isinstance(value, str) and closed(key, value):
            cursor.skip(value)
        else:
            cursor.shaped(value, path)
        cursor.cut(Place.PROMPT, path)

    def _system(self, value: JsonValue, path: str) -> None:
        for block, below in _blocks(value, path):
            if isinstance(block, str):
                self.cursor.text(block)
                self.cursor.cut(Place.SYSTEM, below)
            else:
                self.blocks.asked(block, below, Place.SYSTEM, assistant=False)

    def _tools(self, value: JsonValue, path: str) -> None:
        for tool, below in _blocks(value, path):
            name = tool.get("name") if isinstance(tool, dict) else None
            name = name if isinstance(name, str) else None
            if name is not None:
                self.tools.append(name)
            kind = tool.get("type") if isinstance(tool, dict) else None
            if isinstance(kind, str) and kind != "custom":
                self.tool_types.append(kind)
            self.cursor.schema(tool)
            self.cursor.cut(Place.SYSTEM, below, tool=name)

    def _messages(self, value: JsonValue, path: str) -> None:
        if not isinstance(value, list):
            _refuse(f"{path}: must be a list.")
        self.messages += len(value)
        for index, message in enumerate(value):
            below = f"{path}[{index}]"
            if not isinstance(message, dict):
                _refuse(f"{below}: must be an object.")
            self._message(message, below)

    def _message(self, message: Object, path: str) -> None:
        assistant = message.get("role") == "assistant"
        place = Place.SYSTEM if message.get("role") == "system" else Place.PROMPT
        for key, value in message.items():
            if key != "content":
                self._field(key, value, path)
                continue
            self.cursor.key(key)
            for block, below in _blocks(value, f"{path}.content"):
                if isinstance(block, str):
                    self.cursor.text(block)
                    self.cursor.cut(place, below, assistant=assistant)
                else:
                    self.blocks.asked(block, below, place, assistant=assistant)

    def result(self) -> ClaudeRequest:
        cursor = self.cursor
        texts = [text.value for piece in cursor.pieces for text in piece.texts]
        wide = sum(len(text) - len(text.encode("ascii", "ignore")) for text in texts if not text.isascii())
        models = tuple(dict.fromkeys(self.models))
        return ClaudeRequest(
            model=models[0] if len(models) == 1 else None,
            models=models,
            stream=self.stream,
            max_tokens=self.max_tokens,
            pieces=tuple(cursor.pieces),
            tool_names=tuple(dict.fromkeys(self.tools)),
            unscanned=tuple(cursor.unscanned),
            media=tuple(dict.fromkeys(cursor.media)),
            signed_thinking=self.blocks.signed_thinking,
            prompt_characters=sum(map(len, texts)) + cursor.skipped_characters,
            characters_beyond_ascii=wide,
            message_count=self.messages,
            session=self.session,
            tool_types=tuple(dict.fromkeys(self.tool_types)),
            mcp_servers=tuple(dict.fromkeys(self.servers)),
        )


def _servers(value: JsonValue) -> list[str]:
    """The address of each, or "unknown": one whose address nobody can read is a server all the same."""
    each = value if isinstance(value, list) else [value] if value is not None else []
    urls = [one.get("url") if isinstance(one, dict) else None for one in each]
    return [url if isinstance(url, str) else "unknown" for url in urls]


def _blocks(value: JsonValue, path: str) -> list[tuple[JsonValue, str]]:
    """The parts of a list, or the one thing that stands in its place, each with its path."""
    if isinstance(value, list):
        return [(block, f"{path}[{index}]") for index, block in enumerate(value)]
    return [(value, path)]


def _refuse(message: str) -> NoReturn:
    raise Refused(400, Code.INVALID_REQUEST, message)
