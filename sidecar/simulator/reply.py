"""What the simulated model says, and how the answer is delivered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sidecar.core.errors import Refused

Json = Mapping[str, object]


def dump(value: object) -> bytes:
    """JSON as the API writes it: readable UTF-8, escapes only where a lone surrogate leaves no choice."""
    try:
        return json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value).encode()


@dataclass(frozen=True, slots=True)
class Say:
    """A text block. `citations` follow its text as `citations_delta`."""

    text: str
    citations: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class Think:
    """A thinking block; it is signed when the answer is composed. `redacted`: only its sealed form is shown."""

    text: str
    redacted: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """A tool call. `input` is JSON text and is delivered exactly like this, key order and escapes included."""

    name: str
    input: str = "{}"
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """Any block that arrives whole in `content_block_start`: results of tools the provider ran, unknown types."""

    block: Json


Part = Say | Think | Use | Whole


class Cut(StrEnum):
    """How an answer breaks off in its middle."""

    RESET = "reset"  # the connection is reset
    CLOSE = "close"  # it is closed in order, though the answer is not complete


@dataclass(frozen=True, slots=True)
class Delivery:
    """Seconds, sizes and mishaps. `sizes` are characters per delta, used in turn; empty means varied sizes."""

    slow: float = 0.0  # before the first byte of the answer
    stall: float = 0.0  # in the middle of the answer
    pace: float = 0.0  # after each event
    cut: Cut | None = None  # in the middle of the answer
    error: int | None = None  # status of an `error` event in the middle of a stream
    encoding: str | None = None  # gzip, br, zstd: whatever the client accepts
    sizes: tuple[int, ...] = ()
    wire: int = 0  # bytes per write; 0 writes whole events
    pings: int = 1
    unknown: bool = False  # an event type that no client knows


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. With `failure` it is that error and nothing else; `stop` None follows from the parts."""

    parts: tuple[Part, ...] = ()
    stop: str | None = None
    failure: Refused | None = None
    delivery: Delivery = field(default_factory=Delivery)
