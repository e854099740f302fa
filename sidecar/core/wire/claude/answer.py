"""An answer of the Messages API that came as one JSON document, or an error of the provider.

Strategy: blocks of `content` become pieces as in a stream; every other string that is not the API's own word is a piece
of its field. A document of another shape (an error, a list of models) is read field by field all the same.

Rules: whatever the JSON is, it can be read; only an answer that is no JSON is somebody else's problem.
"""

from dataclasses import dataclass

from sidecar.core.model.piece import Piece
from sidecar.core.model.place import Place
from sidecar.core.wire.claude.blocks import Blocks
from sidecar.core.wire.claude.gather import Cursor
from sidecar.core.wire.claude.vocabulary import SPELLING, closed
from sidecar.core.wire.json_strict import JsonDocument
from sidecar.core.wire.json_strings import JsonValue, joined

Path = tuple[str | int, ...]
# A line of a batch's results wraps its message twice; each field, and where it must stand.
_WRAPPING = {"result": "", "message": "result"}


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens, as the provider counted them. What it did not say is 0."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_input_tokens: int = 0
    cache_creation_input_tokens: int = 0

    def updated(self, later: "Usage") -> "Usage":
        """A stream tells its usage twice, cumulatively; the later figures win where they say something."""
        return Usage(
            later.input_tokens or self.input_tokens,
            later.output_tokens or self.output_tokens,
            later.cache_read_input_tokens or self.cache_read_input_tokens,
            later.cache_creation_input_tokens or self.cache_creation_input_tokens,
        )


@dataclass(frozen=True, slots=True)
class ClaudeAnswer:
    """`error` is the provider's error type, if this is an error."""

    model: str | None
    stop_reason: str | None
    usage: Usage
    pieces: tuple[Piece, ...]
    error: str | None = None


def read_answer(document: JsonDocument) -> ClaudeAnswer:
    """Any JSON: what is not a message has no model and no usage, but its strings are there."""
    cursor = Cursor()
    top = document.value
    if not isinstance(top, dict):
        cursor.free(top)
        cursor.cut(Place.RESPONSE, "")
        return ClaudeAnswer(None, None, Usage(), tuple(cursor.pieces))
    read_message(cursor, top)
    error = top.get("error")
    message = [message for _, message in messages_in(top)][-1]
    return ClaudeAnswer(
        word(message, "model"),
        word(message, "stop_reason"),
        read_usage(message.get("usage")),
        tuple(cursor.pieces),
        word(error, "type") if isinstance(error, dict) else None,
    )


def messages_in(value: JsonValue) -> list[tuple[Path, dict[str, JsonValue]]]:
    """Where a message may stand in an answer: the whole, and last what one line of a batch's results wraps."""
    if not isinstance(value, dict):
        return []
    result = value.get("result")
    message = result.get("message") if isinstance(result, dict) else None
    wrapped = [(("result", "message"), message)] if isinstance(message, dict) else []
    return [((), value), *wrapped]


def doubtful(value: JsonValue) -> bool:
    """Whether a client may read another message in it than we do: its blocks are no list, or a field of it or of a
    block stands there in another spelling."""
    if not isinstance(value, dict):
        return True
    messages = [message for _, message in messages_in(value)]
    contents = [message.get("content") or [] for message in messages]
    blocks = (block for content in contents if isinstance(content, list) for block in content)
    objects = (*messages, value.get("result"), *blocks)
    return not all(isinstance(one, list) for one in contents) or any(
        SPELLING.doubtful(one) for one in objects if isinstance(one, dict)
    )


def read_message(cursor: Cursor, message: dict[str, JsonValue], path: str = "") -> None:
    """The pieces of a message, at the cursor; of one in the results of a batch too."""
    blocks = Blocks(cursor)
    for place, (key, value) in enumerate(message.items()):
        below = joined(path, key, place)
        known = cursor.key(key)
        if key == "content" and isinstance(value, list):
            for index, block in enumerate(value):
                blocks.answered(block, f"{below}[{index}]")
        elif _WRAPPING.get(key) == path and isinstance(value, dict):
            read_message(cursor, value, below)
        elif not known:
            cursor.free(value)
        elif isinstance(value, str) and closed(key, value):
            cursor.skip(value)
        else:
            cursor.shaped(value, below)
        cursor.cut(Place.RESPONSE, below)


def read_usage(value: JsonValue) -> Usage:
    """What the provider counted; anything that is no number counts nothing."""
    if not isinstance(value, dict):
        return Usage()
    return Usage(*(_tokens(value.get(field)) for field in Usage.__slots__))


def _tokens(value: JsonValue) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def word(value: JsonValue, key: str) -> str | None:
    """A field of an object, if it is a string."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else None
