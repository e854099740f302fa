"""Whom notifications go to: a small HTTP server and a small mail server, real sockets on free ports."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """Answers with what stands in `answers`, the first first, then 200. `hangs`: it reads, and says nothing."""

    port: int = 0
    requests: list[Request] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)
    hangs: bool = False
    came: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook/s3cr3t-path"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.split("\r\n")
            headers = {name.lower(): said.strip() for name, _, said in (one.partition(":") for one in lines if one)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.requests.append(Request(*first.split(" ")[:2], headers, body))
            self.came.set()
            if self.hangs:
                await reader.read()
                return
            writer.write(self.answers.pop(0) if self.answers else answer(200, "ok"))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def answer(status: int, body: str = "", **headers: str) -> bytes:
    content = body.encode()
    said = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return (
        f"HTTP/1.1 {status} X\r\n{said}content-length: {len(content)}\r\nconnection: close\r\n\r\n".encode() + content
    )


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        async with asyncio.timeout(30):
            await server.wait_closed()


@dataclass
class Mailbox:
    """A mail server. `says`: what it answers to a mail; `refuses`: these recipients, with this answer."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    to: list[list[str]] = field(default_factory=list)
    signed_in: list[tuple[bytes, bytes]] = field(default_factory=list)
    over_tls: list[bool] = field(default_factory=list)
    says: str = "250 OK"
    refuses: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(self, _: Any, __: Any, envelope: Any, address: str, ___: Any) -> str:  # noqa: N802
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        self.to.append(list(envelope.rcpt_tos))
        self.over_tls.append(session.ssl is not None)
        return self.says

    def authenticates(self, _: Any, __: Any, ___: Any, ____: Any, data: Any) -> AuthResult:
        self.signed_in.append((data.login, data.password))
        return AuthResult(success=data.password == b"open sesame", handled=False)


@asynccontextmanager
async def mailbox(tls: Any = None, *, implicit: bool = False) -> AsyncIterator[Mailbox]:
    made = Mailbox()

    def speaks() -> SMTP:
        starttls = None if implicit else tls
        signs_in = {"authenticator": made.authenticates, "auth_require_tls": starttls is not None}
        return SMTP(made, hostname="mail.test", tls_context=starttls, require_starttls=starttls is not None, **signs_in)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(speaks, "127.0.0.1", 0, ssl=tls if implicit else None)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        async with asyncio.timeout(30):
            await server.wait_closed()
