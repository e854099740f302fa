"""What can happen in a stream of the Messages API: a closed union of frozen values.

Rules:
- Each carries its event, and the document in it where there is one, so that it can leave as it came or be rewritten.
- What the model said is in no `repr`.
- `texts` are the strings that stand whole in the event and that nothing else in the value names: mostly none. Their
  ordinals, like every ordinal here, count the strings of the event's own document.
"""

import dataclasses
from dataclasses import dataclass

from sidecar.core.model.piece import Piece, Text
from sidecar.core.wire.claude.answer import Usage
from sidecar.core.wire.json_strict import JsonDocument
from sidecar.core.wire.sse import SseEvent


@dataclass(frozen=True, slots=True)
class MessageStarted:
    event: SseEvent
    document: JsonDocument
    id: str | None
    model: str | None
    usage: Usage
    texts: tuple[Text, ...] = dataclasses.field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class BlockStarted:
    """`kind` is the block's type as it stands there, `piece` what is already in it (a tool's name, a whole result)."""

    event: SseEvent
    document: JsonDocument
    index: int
    kind: str
    tool: str | None
    id: str | None
    piece: Piece | None = dataclasses.field(repr=False)
    texts: tuple[Text, ...] = dataclasses.field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Delta:
    """A part of a text that grows: `field` is `text`, `thinking` or `content` (of a compaction)."""

    event: SseEvent
    document: JsonDocument
    index: int
    field: str
    text: str = dataclasses.field(repr=False)
    ordinal: int
    texts: tuple[Text, ...] = dataclasses.field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class WholeDelta:
    """A delta whose strings stand whole: a citation, or a type that is not known yet. All of them are in `piece`."""

    event: SseEvent
    document: JsonDocument
    index: int
    field: str
    piece: Piece | None = dataclasses.field(repr=False)
    texts: tuple[Text, ...] = dataclasses.field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class InputDelta:
    """A part of a tool's input: JSON cut anywhere, inside an escape too."""

    event: SseEvent
    document: JsonDocument
    index: int
    partial: str = dataclasses.field(repr=False)
    ordinal: int
    texts: tuple[Text, ...] = dataclasses.field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class SignatureDelta:
    event: SseEvent
    document: JsonDocument
    index: int
    texts: tuple[Text, ...] = dataclasses.field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class BlockStopped:
    event: SseEvent
    document: JsonDocument
    index: int
    texts: tuple[Text, ...] = dataclasses.field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class MessageDelta:
    event: SseEvent
    document: JsonDocument
    stop_reason: str | None
    usage: Usage
    texts: tuple[Text, ...] = dataclasses.field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class MessageStopped:
    event: SseEvent
    document: JsonDocument
    texts: tuple[Text, ...] = dataclasses.field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Ping:
    """Also comments and empty blocks, which have no document and say nothing."""

    event: SseEvent
    document: JsonDocument | None = None
    texts: tuple[Text, ...] = dataclasses.field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Errored:
    """The provider ends the stream with an error. `message` is also in `texts`."""

    event: SseEvent
    document: JsonDocument
    code: str
    message: str = dataclasses.field(repr=False)
    texts: tuple[Text, ...] = dataclasses.field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Other:
    """An event nobody knows: it passes, all its strings judged."""

    event: SseEvent
    document: JsonDocument
    texts: tuple[Text, ...] = dataclasses.field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Malformed:
    """An event that cannot be read or cannot come here. The stream must end: nothing after it can be judged. `why` is
    for the log, and names no value."""

    event: SseEvent
    why: str


Happening = (
    MessageStarted
    | BlockStarted
    | Delta
    | WholeDelta
    | InputDelta
    | SignatureDelta
    | BlockStopped
    | MessageDelta
    | MessageStopped
    | Ping
    | Errored
    | Other
    | Malformed
)
