"""What goes back to one client: status, ClickHouse's headers, and the body whole or piece by piece.

Rule: an answer that fails after it began ends with ClickHouse's marked exception, which clients look for.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping

from sidecar.record.local.answer import Answer
from sidecar.record.local.body import Message
from sidecar.record.local.coding import PACKERS, chosen, packed
from sidecar.record.local.engine import Engine
from sidecar.record.local.failure import Failure
from sidecar.record.local.question import Question

Send = Callable[[Message], Awaitable[None]]


class Reply:
    """What goes back to the client, once."""

    def __init__(self, send: Send, engine: Engine, head_only: bool = False) -> None:
        self._send = send
        self._engine = engine
        self._tag = secrets.token_hex(8)
        self._query_id = ""
        self._coding = "identity"
        self._coder = PACKERS["identity"]()
        self._began = False
        self._head_only = head_only

    def asked(self, question: Question) -> None:
        self._query_id = question.query_id or secrets.token_hex(16)
        self._coding = chosen(question.accepts)

    async def plain(self, status: int, body: bytes) -> None:
        await self._whole(status, "text/html; charset=UTF-8", body, {})

    async def done(self, result: Answer) -> None:
        packs = bool(result.first) and self._coding != "identity"
        body = packed(self._coding, result.first) if packs else result.first
        await self._whole(200, result.content_type, body, self._told(result, packs))

    async def begin(self, result: Answer) -> None:
        self._coder = PACKERS[self._coding]()
        await self._start(200, result.content_type, self._told(result, self._coding != "identity"))

    async def piece(self, data: bytes) -> None:
        packed_data = self._coder.feed(data)
        if packed_data and not self._head_only:
            await self._send({"type": "http.response.body", "body": packed_data, "more_body": True})

    async def end(self) -> None:
        body = b"" if self._head_only else self._coder.flush()
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

    async def failed(self, failure: Failure) -> None:
        text = failure.text(self._engine.version)
        if not self._began:
            told = {"X-ClickHouse-Exception-Code": str(failure.code)}
            await self._whole(failure.status, "text/plain; charset=UTF-8", text.encode(), told)
            return
        said = text.encode()
        mark = f"\r\n__exception__\r\n{self._tag}\r\n".encode()
        await self.piece(mark + said + f"{len(said)} {self._tag}\r\n__exception__\r\n".encode())
        await self.end()

    def _told(self, result: Answer, packs: bool) -> dict[str, str]:
        told = {"X-ClickHouse-Summary": result.cost.text()}
        if result.format is not None:
            told["X-ClickHouse-Format"] = result.format
        if packs:
            told["Content-Encoding"] = self._coding
        return told

    async def _whole(self, status: int, content_type: str, body: bytes, told: Mapping[str, str]) -> None:
        await self._start(status, content_type, {**told, "Content-Length": str(len(body))})
        await self._send({"type": "http.response.body", "body": b"" if self._head_only else body})

    async def _start(self, status: int, content_type: str, told: Mapping[str, str]) -> None:
        self._began = True
        headers = {
            "Content-Type": content_type,
            "X-ClickHouse-Server-Display-Name": "gatehouse-local",
            "X-ClickHouse-Query-Id": self._query_id,
            "X-ClickHouse-Timezone": self._engine.timezone,
            "X-ClickHouse-Exception-Tag": self._tag,
            **told,
        }
        await self._send({
            "type": "http.response.start",
            "status": status,
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
        })  # fmt: skip
