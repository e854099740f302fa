"""Calls made by hand, where the bytes and their times matter: what was sent is exact, and nothing that comes is lost.

Rule: a connection that breaks is an outcome, not an exception.
"""

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx

TIMEOUT = 30.0
MODEL = "claude-sonnet-4-5"


@dataclass(frozen=True, slots=True)
class Came:
    """A piece of an answer, and when it came, in seconds after the call was sent."""

    at: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` 0: not even a head. `broken`: how it broke off, or nothing."""

    status: int
    headers: tuple[tuple[str, str], ...]
    pieces: tuple[Came, ...]
    broken: str | None = None

    @property
    def body(self) -> bytes:
        return b"".join(piece.data for piece in self.pieces)

    def sentence(self) -> str:
        """What an error says, in the shape every client of the API knows; empty when it has not that shape."""
        try:
            error = json.loads(self.body)["error"]
            return f"{error['message']}"
        except (ValueError, KeyError, TypeError):
            return ""


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of text of a streamed answer, and when all of it had come."""

    at: float
    text: str


def prompt(text: str, *, stream: bool = False) -> bytes:
    """A small request with this one message."""
    body = {"model": MODEL, "max_tokens": 1000, "stream": stream, "messages": [{"role": "user", "content": text}]}
    return json.dumps(body).encode()


async def post(
    base: str,
    credential: tuple[str, str] | None,
    content: bytes | AsyncIterator[bytes],
    *,
    path: str = "/v1/messages",
) -> Answer:
    """One call, its answer read piece by piece as it comes."""
    headers = [("anthropic-version", "2023-06-01"), ("content-type", "application/json")]
    headers += [("accept-encoding", "identity"), *([credential] if credential else [])]
    pieces: list[Came] = []
    status = 0
    came: tuple[tuple[str, str], ...] = ()
    try:
        # trust_env: a proxy of the person who runs this has no part in it.
        async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as client:
            began = time.monotonic()
            async with client.stream("POST", base + path, headers=headers, content=content) as answer:
                status, came = answer.status_code, tuple(answer.headers.multi_items())
                async for data in answer.aiter_raw():
                    pieces.append(Came(time.monotonic() - began, data))
    except httpx.HTTPError as error:
        return Answer(status, came, tuple(pieces), f"{error}" or type(error).__name__)
    return Answer(status, came, tuple(pieces))


def deltas(answer: Answer) -> tuple[Delta, ...]:
    """The text deltas of a stream."""
    found: list[Delta] = []
    buffer = b""
    for piece in answer.pieces:
        *frames, buffer = (buffer + piece.data).split(b"\n\n")
        for frame in frames:
            text = _text(frame)
            if text is not None:
                found.append(Delta(piece.at, text))
    return tuple(found)


def _text(frame: bytes) -> str | None:
    for line in frame.splitlines():
        if line.startswith(b"data:"):
            event = json.loads(line.removeprefix(b"data:"))
            delta = event.get("delta", {}) if event.get("type") == "content_block_delta" else {}
            return str(delta["text"]) if delta.get("type") == "text_delta" else None
    return None
