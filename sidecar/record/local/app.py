"""ClickHouse's HTTP interface, the part that `clickhouse-connect` and `curl` use, as an ASGI application.

Strategy: the event loop moves bytes; everything the engine does happens in threads. The rows of an INSERT are gathered
before the engine takes them; the rows of a SELECT leave as they are made.

Rules:
- Only this machine may ask: a `Host` or an `Origin` that is not loopback is refused, so that a web page in a browser
  here cannot reach the database through a name of its own.
- An answer that fails after it began ends with ClickHouse's marked exception: a client never takes it for whole.
"""

import asyncio
import ipaddress
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

from sidecar.record.local.answer import Answer, Cost, answer, insert_format, refuse_change
from sidecar.record.local.body import Body, Gone, Receive
from sidecar.record.local.coding import unpacker
from sidecar.record.local.engine import Engine
from sidecar.record.local.failure import Failure, heard
from sidecar.record.local.incoming import Incoming
from sidecar.record.local.question import Question, form, question
from sidecar.record.local.reply import Reply, Send
from sidecar.record.local.session import Session, Sessions
from sidecar.record.local.statement import Insert, Plain, inserts, read

THREADS = 16
HEAD = 64 * 1024  # an INSERT's head fits; its rows are never searched for keywords
STATEMENT = 16 * 1024 * 1024  # ClickHouse's own limit is lower; a long IN list has room
BODY = 4 * 1024**3  # of an INSERT, unpacked; it streams, so this bounds a mistake and not memory
T = TypeVar("T")


class App:
    """One engine, many requests."""

    def __init__(self, engine: Engine, body_limit: int = BODY) -> None:
        self._engine = engine
        self._sessions = Sessions(engine)
        self._body_limit = body_limit
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="engine")

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        reply = Reply(send, self._engine, scope["method"] == "HEAD")
        try:
            _refuse_strangers(headers)
            await self._route(scope, headers, receive, reply)
        except Gone:
            return
        except Exception as error:  # noqa: BLE001  (whatever the engine raised is the client's answer)
            await reply.failed(heard(error))

    async def _route(
        self, scope: Mapping[str, Any], headers: Mapping[str, str], receive: Receive, reply: Reply
    ) -> None:
        if scope["path"] in ("/ping", "/replicas_status"):
            await reply.plain(200, b"Ok.\n")
        elif scope["path"] not in ("", "/"):
            await reply.plain(404, f"There is no handle {scope['path']}\n".encode())
        else:
            asked = question(scope["method"], scope["query_string"], headers)
            reply.asked(asked)
            body = Body(receive, unpacker(asked.encoding), self._body_limit)
            if asked.form:
                asked = _with_form(asked, headers["content-type"], await body.rest(STATEMENT))
            if scope["method"] in ("GET", "HEAD") and not asked.text:
                await reply.plain(200, b"Ok.\n")
            else:
                await self._ask(asked, body, receive, reply)

    async def _ask(self, asked: Question, body: Body, receive: Receive, reply: Reply) -> None:
        start = asked.text + b"\n" if asked.text else b""
        text = start + (await body.piece(HEAD))
        if not inserts(text):
            text += await body.rest(STATEMENT)
        statement = _whole_head(asked, start, text)
        refuse_change(asked, statement)
        session = await self._run(self._sessions.take, asked.session, asked.session_must_exist)
        try:
            if isinstance(statement, Insert):
                body.give_back(text[statement.data_at :])
                result = Answer(cost=await self._insert(session, asked, statement, body))
            else:
                await self._dress(session, asked, statement)
                text += await body.rest(STATEMENT)
                result = await self._run(answer, session.connection, asked, statement, text)
                await self._stream(result, receive, reply)
        finally:
            await self._run(self._sessions.give_back, asked.session, session, asked.session_seconds)
        # Only now: a client that knows its answer may ask again at once, in the same session.
        await (reply.done(result) if result.stream is None else reply.end())

    async def _dress(self, session: Session, asked: Question, plain: Plain | None) -> None:
        if plain is not None and plain.verb in ("SET", "USE"):
            await self._run(session.wear, {}, None)
        else:
            await self._run(session.wear, asked.settings, asked.database)

    async def _insert(self, session: Session, asked: Question, insert: Insert, body: Body) -> Cost:
        await self._dress(session, asked, plain=None)
        incoming = Incoming(self._engine.folder)
        try:
            while piece := await body.piece():
                await self._run(incoming.append, piece)
            form = insert_format(asked, insert)
            return await self._run(incoming.into, session.connection, insert, form, asked.parameters)
        finally:
            incoming.close()

    async def _stream(self, result: Answer, receive: Receive, reply: Reply) -> None:
        """Everything of it but its end."""
        if result.stream is None:
            return
        gone = asyncio.ensure_future(receive())  # the body was read: the next message says that the client left
        try:
            await reply.begin(result)
            piece: bytes | None = result.first
            while piece is not None and not gone.done():
                await reply.piece(piece)
                piece = await self._run(result.more)
        finally:
            gone.cancel()
            await self._run(result.stream.cancel)

    async def _run(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    def close(self) -> None:
        """Nothing is asked any more; what still runs is told to end."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._engine.stop_all()
        self._threads.shutdown(wait=True)
        self._sessions.close()


def _with_form(asked: Question, content_type: str, body: bytes) -> Question:
    read_form = form(content_type, body)
    if read_form.files:
        raise Failure(48, "NOT_IMPLEMENTED", "External tables are not supported by the local ClickHouse")
    text = read_form.fields.get("query", "").encode("utf-8", "surrogateescape")
    parameters = {**asked.parameters, **read_form.parameters}
    return replace(asked, text=asked.text + (b"\n" if asked.text and text else b"") + text, parameters=parameters)


def _whole_head(asked: Question, start: bytes, text: bytes) -> Insert | Plain:
    """The statement; one in the URL without a format leaves the whole body to the data."""
    statement = read(text)
    if isinstance(statement, Insert) and statement.format is None and start:
        return Insert(asked.text, None, len(start))
    return statement


def _refuse_strangers(headers: Mapping[str, str]) -> None:
    named = [headers.get("host", "localhost"), urlsplit(headers.get("origin", "")).netloc or "localhost"]
    if headers.get("origin") == "null" or not all(_loopback(name) for name in named):
        raise Failure(
            516, "AUTHENTICATION_FAILED", "The local ClickHouse answers only to this machine: ask it at 127.0.0.1"
        )


def _loopback(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
