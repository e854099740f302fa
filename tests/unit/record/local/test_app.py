"""The interface, over a stand-in for the engine. The real one answers in tests/clickhouse."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fnmatch import fnmatch

import httpx
import pytest

from sidecar.record.local.app import App
from sidecar.record.local.body import Message
from sidecar.record.local.session import LIKE_A_SERVER
from tests.unit.record.local.stand_in import Engine, Result


@asynccontextmanager
async def asking(engine: Engine | None = None, **options: int) -> AsyncIterator[tuple[httpx.AsyncClient, Engine]]:
    engine = engine or Engine()
    app = App(engine, **options)  # type: ignore[arg-type]
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8123") as client:
        yield client, engine
    app.close()
    assert engine.stopped


@pytest.mark.parametrize(("path", "status"), [("/ping", 200), ("/replicas_status", 200), ("/", 200), ("/play", 404)])
async def test_pages(path: str, status: int) -> None:
    async with asking() as (client, _):
        answer = await client.get(path)
        assert answer.status_code == status
        assert (answer.text == "Ok.\n") is (status == 200)


async def test_the_text_is_the_urls_and_the_bodys() -> None:
    async with asking() as (client, engine):
        await client.post("/", params={"query": "SELECT 1,"}, content=b"2")
        await client.post("/", content=b"SELECT 3")
        await client.get("/", params={"query": "SELECT 4", "max_threads": "1"})
        assert [connection.asked[-1] for connection in engine.made] == ["SELECT 1,\n2", "SELECT 3", "SELECT 4\n"]
        assert engine.made[2].asked[1] == "SET max_threads = '1'"
        assert all(connection.closed for connection in engine.made)


@pytest.mark.parametrize(
    ("query", "body", "statement", "taken"),
    [
        ("", b"INSERT INTO t FORMAT Native\n\x01\x02", "INSERT INTO t FROM * FORMAT Native", b"\x01\x02"),
        ("INSERT INTO t FORMAT CSV", b"1\n2\n", "INSERT INTO t FROM * FORMAT CSV", b"1\n2\n"),
        ("INSERT INTO t", b"(1),(2)", "INSERT INTO t FROM * FORMAT Values", b"(1),(2)"),
        ("INSERT INTO t VALUES (1)", b"", "INSERT INTO t FROM * FORMAT Values", b" (1)\n"),
    ],
)
async def test_rows_go_in_as_they_came(query: str, body: bytes, statement: str, taken: bytes) -> None:
    async with asking() as (client, engine):
        answer = await client.post("/", params={"query": query} if query else {}, content=body)
        assert answer.status_code == 200, answer.text
        begun, inserted = engine.made[0].asked
        assert begun == LIKE_A_SERVER
        assert fnmatch(" ".join(inserted.split()), statement)
        assert engine.made[0].taken == [taken]
        assert f'"written_rows":"{len(taken)}"' in answer.headers["x-clickhouse-summary"]


async def test_an_insert_that_is_too_large_is_not_finished() -> None:
    async with asking(body_limit=200_000) as (client, engine):
        answer = await client.post("/", params={"query": "INSERT INTO t FORMAT TSV"}, content=_lines(300))
        assert answer.status_code == 413
        assert not any(connection.taken for connection in engine.made)


async def _lines(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 999 + b"\n"


@pytest.mark.parametrize("size", [1000, 200_000])
async def test_a_long_statement_is_read_when_it_is_whole(size: int) -> None:
    async with asking() as (client, engine):
        text = "SELECT '" + "; FORMAT x " * (size // 10) + "' FORMAT JSON"
        answer = await client.post("/", content=_pieces(text.encode()))
        assert (answer.status_code, answer.headers["x-clickhouse-format"]) == (200, "JSON")
        assert engine.made[0].asked[-1] == text


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 1000):
        yield data[start : start + 1000]


@pytest.mark.parametrize("text", [b"SELECT 1", b"SELECT 1 FORMAT JSON", b"SELECT broken", b"INSERT INTO t VALUES (1)"])
async def test_with_the_end_of_an_answer_the_session_is_free(text: bytes) -> None:
    """A client may ask again in the instant it has the last byte: this one asks from within that instant."""
    app = App(Engine({"SELECT broken": RuntimeError("Code: 62. DB::Exception: broken. (X)")}))  # type: ignore[arg-type]
    statuses: list[int] = []

    async def ask(then_ask_again: bool) -> None:
        async def receive() -> Message:
            return {"type": "http.request", "body": text}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            elif not message.get("more_body", False) and then_ask_again:
                await ask(False)

        await app({"method": "POST", "path": "/", "query_string": b"session_id=s", "headers": []}, receive, send)

    await ask(True)
    app.close()
    assert statuses in ([200, 200], [400, 400])


async def test_set_and_use_run_with_nothing_worn() -> None:
    async with asking() as (client, engine):
        await client.post("/", params={"session_id": "s", "max_threads": "1", "database": "d"}, content=b"SET a = 1")
        assert engine.made[0].asked == [LIKE_A_SERVER, "SET a = 1"]


async def test_a_stream_that_fails_says_so_and_lets_go() -> None:
    failing = [Result(b"1\n"), RuntimeError("Code: 395. DB::Exception: thrown. (X)")]
    async with asking(Engine({"SELECT": failing})) as (client, engine):
        answer = await client.post("/", content=b"SELECT 1")
        assert answer.status_code == 200
        assert answer.text.startswith("1\n\r\n__exception__\r\n")
        assert engine.made[0].stream is not None
        assert engine.made[0].stream.cancelled
        assert engine.made[0].closed


@pytest.mark.parametrize(
    ("headers", "note"),
    [
        ({"host": "clickhouse.attacker.example:8123"}, "a name that resolves to this machine"),
        ({"origin": "https://attacker.example"}, "a web page"),
        ({"origin": "null"}, "a web page without a name"),
    ],
)
async def test_strangers_are_refused(headers: dict[str, str], note: str) -> None:
    async with asking() as (client, engine):
        answer = await client.post("/", content=b"SELECT 1", headers=headers)
        assert answer.status_code == 403, note
        assert not engine.made


@pytest.mark.parametrize("host", ["localhost:8123", "127.0.0.1", "[::1]:8123"])
async def test_this_machine_is_no_stranger(host: str) -> None:
    async with asking() as (client, _):
        headers = {"host": host, "origin": f"http://{host}"}
        assert (await client.post("/", content=b"SELECT 1", headers=headers)).status_code == 200


async def test_external_tables_are_a_clear_no() -> None:
    async with asking() as (client, _):
        answer = await client.post("/", files={"t": ("t.csv", b"1")}, data={"query": "SELECT * FROM t"})
        assert answer.status_code == 501
        assert "External tables" in answer.text


async def test_a_form_asks_too() -> None:
    async with asking() as (client, engine):
        fields = {"query": (None, "SELECT {x:String}"), "param_x": (None, "y")}
        assert (await client.post("/", files=fields)).status_code == 200
        assert engine.made[0].asked == [LIKE_A_SERVER, "SELECT {x:String}\n"]
