"""Evidence that keeps every promise, for tests that then break one thing of it."""

from collections.abc import Iterable

from sidecar.processes.demo.agent import Turn
from sidecar.processes.demo.calls import Answer, Came
from sidecar.processes.demo.step import Check
from sidecar.simulator.recording import Received


def broken(checks: Iterable[Check]) -> list[int]:
    """The places of the checks that do not hold."""
    return [at for at, check in enumerate(checks) if not check.kept]


def answer(status: int = 200, body: bytes = b"{}", why: str | None = None, **headers: str) -> Answer:
    return Answer(status, tuple(headers.items()), (Came(0.1, body),) if body else (), why)


def error(status: int, message: str) -> Answer:
    return answer(status, b'{"type": "error", "error": {"type": "api_error", "message": "%b"}}' % message.encode())


FRAME = 'data: {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "%s"}}\n\n'


def streamed(*texts: str, why: str | None = None) -> Answer:
    return Answer(200, (), tuple(Came(at / 50, (FRAME % text).encode()) for at, text in enumerate(texts, 1)), why)


def received(body: str) -> Received:
    return Received("POST", "/v1/messages", (("x-api-key", "k"),), body.encode())


def turn(text: str = "", *, failed: bool = False, tools: int = 0, thoughts: int = 0, cache: int = 0) -> Turn:
    return Turn(texts=[text], thoughts=thoughts, tools=["Bash"] * tools, session="s", failed=failed, cache_read=cache)
