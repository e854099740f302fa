"""What `curl` would do, and what other HTTP clients see."""

import gzip
import json
import time
from collections.abc import Iterator

import httpx
import lz4.frame  # type: ignore[import-untyped]
import pytest
import zstandard

from tests.clickhouse_server import Server


@pytest.fixture
def http(server: Server, database: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, params={"database": database}, timeout=30) as client:
        yield client


FORMATS = [
    ("TabSeparated", b"1\tx\n2\ty\n", "text/tab-separated-values; charset=UTF-8"),
    ("TSVWithNames", b"a\tb\n1\tx\n2\ty\n", "text/tab-separated-values; charset=UTF-8"),
    ("CSV", b'1,"x"\n2,"y"\n', "text/csv; charset=UTF-8; header=absent"),
    ("CSVWithNames", b'"a","b"\n1,"x"\n2,"y"\n', "text/csv; charset=UTF-8; header=present"),
    ("JSONEachRow", b'{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n', "application/x-ndjson; charset=UTF-8"),
    ("JSONCompactEachRow", b'[1, "x"]\n[2, "y"]\n', "application/x-ndjson; charset=UTF-8"),
    ("Values", b"(1,'x'),(2,'y')", "text/plain; charset=UTF-8"),
    ("RowBinary", b"\1" + b"\0" * 7 + b"\1x\2" + b"\0" * 7 + b"\1y", "application/octet-stream"),
]


@pytest.mark.parametrize(("name", "body", "content_type"), FORMATS)
def test_formats_out_and_in(http: httpx.Client, name: str, body: bytes, content_type: str) -> None:
    sent = http.post("/", params={"query": f"INSERT INTO t FORMAT {name}"}, content=body)
    assert sent.status_code == 200, sent.text
    for answer in (
        http.post("/", content=f"SELECT * FROM t ORDER BY a FORMAT {name}"),  # noqa: S608
        http.get("/", params={"query": "SELECT * FROM t ORDER BY a", "default_format": name}),
        http.post("/", content="SELECT * FROM t ORDER BY a", headers={"X-ClickHouse-Format": name}),
    ):
        assert answer.content == body
        assert answer.headers["x-clickhouse-format"] == name
        assert answer.headers["content-type"] == content_type


@pytest.mark.parametrize("name", ["JSON", "Pretty", "Parquet", "Vertical", "Markdown", "XML", "Arrow"])
def test_formats_with_a_beginning_and_an_end_are_one_piece(http: httpx.Client, name: str) -> None:
    answer = http.post("/", content=f"SELECT number AS a FROM numbers(200000) FORMAT {name}")  # noqa: S608
    assert answer.status_code == 200
    if name == "JSON":
        assert len(json.loads(answer.text)["data"]) == 200_000
    if name == "Parquet":
        assert answer.content.count(b"PAR1") == 2


@pytest.mark.parametrize("name", ["TabSeparated", "CSV", "JSONEachRow", "Native", "RowBinary"])
def test_a_stream_is_the_same_bytes_as_the_whole(http: httpx.Client, name: str) -> None:
    asked = f"SELECT number, toString(number) FROM numbers(300000) WHERE number % 7 < 3 FORMAT {name}"  # noqa: S608
    streamed, whole = http.post("/", content=asked), http.post("/", params={"wait_end_of_query": "1"}, content=asked)
    assert streamed.headers.get("transfer-encoding") == "chunked"
    assert whole.headers.get("content-length")
    assert streamed.content == whole.content


UNPACK = {
    "gzip": gzip.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
    "lz4": lz4.frame.decompress,
}


@pytest.mark.parametrize("coding", sorted(UNPACK))
@pytest.mark.parametrize("whole", ["0", "1"])
def test_codings_both_ways(http: httpx.Client, coding: str, whole: str) -> None:
    pack = {"gzip": gzip.compress, "zstd": zstandard.ZstdCompressor().compress, "lz4": lz4.frame.compress}[coding]
    rows = b"".join(b"%d\tx\n" % number for number in range(1000))
    put = {"query": "INSERT INTO t FORMAT TSV"}
    assert http.post("/", params=put, content=pack(rows), headers={"content-encoding": coding}).status_code == 200
    asked = {"query": "SELECT * FROM t ORDER BY a", "wait_end_of_query": whole}
    with http.stream("POST", "/", params=asked, headers={"accept-encoding": coding}) as answer:
        assert answer.headers["content-encoding"] == coding
        assert UNPACK[coding](b"".join(answer.iter_raw())) == rows


@pytest.mark.parametrize(
    ("method", "params", "content", "status", "code", "note"),
    [
        ("POST", {}, "SELECT * FROM nope", 404, "60", "unknown table"),
        ("POST", {}, "SELEC", 400, "62", "syntax"),
        ("POST", {}, "SELECT 1; SELECT 2", 400, "62", "two statements"),
        ("POST", {"database": "nowhere"}, "SELECT 1", 404, "81", "unknown database"),
        ("POST", {"no_such_setting": "1"}, "SELECT 1", 404, "115", "unknown setting"),
        ("POST", {"max_threads": "many"}, "SELECT 1", 400, "27", "bad setting"),
        ("POST", {}, "SELECT {x:UInt8}", 400, "456", "missing parameter"),
        ("POST", {"param_x": "300x"}, "SELECT {x:UInt8}", 400, "457", "bad parameter"),
        ("POST", {}, "SELECT throwIf(1)", 500, "395", "fails while it runs"),
        ("POST", {"query": "INSERT INTO nope FORMAT CSV"}, "1", 404, "60", "insert into nothing"),
        ("POST", {"query": "INSERT INTO t FORMAT CSV"}, "x,y", 400, None, "bad data"),
        ("GET", {"query": "DROP TABLE t"}, "", 500, "164", "a link cannot change anything"),
        ("POST", {"compress": "1"}, "SELECT 1", 501, "48", "ClickHouse's own framing"),
        ("POST", {}, "CREATE USER x", 403, "497", "no users here"),
    ],
)
def test_errors(
    http: httpx.Client, method: str, params: dict[str, str], content: str, status: int, code: str | None, note: str
) -> None:
    answer = http.request(method, "/", params=params, content=content)
    told = answer.headers.get("x-clickhouse-exception-code")
    assert answer.status_code == status, (note, answer.text)
    assert told is not None
    assert code in (None, told), note
    assert answer.text.startswith(f"Code: {told}. DB::Exception: "), note
    assert "(version 26" in answer.text


def test_what_a_client_reads_from_the_head(http: httpx.Client) -> None:
    answer = http.post("/", params={"query_id": "mine"}, content="SELECT 1 AS x")
    assert answer.headers["x-clickhouse-query-id"] == "mine"
    assert answer.headers["x-clickhouse-timezone"]
    assert json.loads(answer.headers["x-clickhouse-summary"])
    created = http.post("/", content="CREATE TABLE u (a Int8) ENGINE = Memory")
    assert (created.content, created.headers.get("x-clickhouse-format")) == (b"", None)


def test_what_a_client_asks_about_the_server(http: httpx.Client) -> None:
    assert http.get("/", params={"query": "SELECT version()"}).text.startswith("26.")
    assert http.get("/", params={"query": "SELECT count() > 500 FROM system.settings"}).text == "1\n"
    # Inserted means on disk: the reason that a kill loses nothing that was acknowledged.
    asked = (
        "SELECT name, value FROM system.merge_tree_settings"
        " WHERE name IN ('fsync_after_insert', 'fsync_part_directory') ORDER BY name"
    )
    assert http.post("/", content=asked).text == "fsync_after_insert\t1\nfsync_part_directory\t1\n"
    assert http.post("/", content="SELECT getSetting('fsync_metadata')").text == "true\n"


def test_a_session_serves_one_at_a_time_and_must_exist_if_asked(http: httpx.Client) -> None:
    assert http.post("/", params={"session_id": "a"}, content="CREATE TEMPORARY TABLE x (a Int8)").status_code == 200
    checked = {"session_id": "a", "session_check": "1"}
    assert http.post("/", params=checked, content="SELECT count() FROM x").text == "0\n"
    missing = http.post("/", params={**checked, "session_id": "b"}, content="SELECT 1")
    assert missing.headers["x-clickhouse-exception-code"] == "372"
    assert http.post("/", content="SELECT count() FROM x").status_code == 404


def test_a_stranger_is_refused(http: httpx.Client) -> None:
    for headers in ({"host": "db.attacker.example"}, {"origin": "http://attacker.example"}):
        assert http.post("/", content="SELECT 1", headers=headers).status_code == 403


def test_a_client_that_leaves_takes_its_query_along(server: Server, http: httpx.Client) -> None:
    with http.stream("POST", "/", content="SELECT number FROM numbers(1000000000000)") as answer:
        assert next(answer.iter_raw())
    deadline = time.monotonic() + 20
    while not at_rest(server):
        assert time.monotonic() < deadline


def at_rest(server: Server) -> bool:
    """Does it use less than a tenth of a processor?"""
    before = server.processor_seconds()
    time.sleep(0.5)
    return server.processor_seconds() - before < 0.05


def test_a_small_question_waits_for_nothing(http: httpx.Client) -> None:
    began = time.monotonic()
    for _ in range(20):
        http.get("/ping")
    assert time.monotonic() - began < 20 * 0.03  # an unsent half of an answer would wait 40 ms each time
