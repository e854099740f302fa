"""A server's stream for a client that reads none: the one message that answers it, with what came before it left out.

Strategy: a client that waits for people in a JSON text (see `waits`) asked the server for JSON. Should it stream all
the same, what was approved has run, and its result must not be lost.

Rules: every message up to the answer is judged and recorded, also those that are left out.
"""

from dataclasses import dataclass

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.mcp.answer import McpBody
from sidecar.core.exchange.mcp.waits import STREAM
from sidecar.core.wire import sse

NO_ANSWER = "The server's stream ended without an answer to this request."


@dataclass(slots=True, repr=False)
class McpGathered(McpBody):
    def _read(self, kind: str, body: bytes) -> bytes:
        if kind != STREAM or self.head.status >= 300:
            return McpBody._read(self, kind, body)
        for event in sse.SseReader().feed(body, end=True):
            leaves = self.saying.take(sse.data_bytes(event)) if event.data else b""
            if self.saying.answered:
                return leaves
        raise Refused(502, Code.API, NO_ANSWER)
