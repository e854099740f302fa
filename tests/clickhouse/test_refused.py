"""An INSERT that the engine refuses is refused to the client, with ClickHouse's code, and leaves no row."""

import struct

import clickhouse_connect
import httpx
import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

from tests.clickhouse.conftest import connected
from tests.clickhouse_server import Server


def native(*rows: int, kind: bytes = b"UInt64", pack: str = "<Q") -> bytes:
    """A block with the column `a`."""
    return bytes((1, len(rows), 1)) + b"a" + bytes((len(kind),)) + kind + b"".join(struct.pack(pack, a) for a in rows)


BAD_TEXT = bytes((1, 1, 1)) + b"a" + b"\x06String" + b"\x03zzz"
# The table: t (a UInt64, b String), and never a 7; 9 throws in a view.
REFUSED = [
    ("t", "JSONEachRow", b'{"a": "zzz"}\n', 27, "a row that cannot be read"),
    ("t", "JSONEachRow", b'{"a": 1}\n\n{"a": "zzz"}\n', 27, "a good row before a bad one"),
    ("t", "JSONEachRow", b'{"a": "\xff\xfe"}\n', 27, "bytes that are no text, which the engine quotes"),
    ("t", "Native", BAD_TEXT, 6, "a column of another type, with what does not fit"),
    ("t", "Native", native(1, 2)[:-1], 33, "a block that ends too soon"),
    ("t", "JSONEachRow", b'{"a": 7}\n', 469, "a constraint"),
    ("t", "Native", native(1) + native(7) + native(2), 469, "a constraint, in the second of three blocks"),
    ("t", "Values", b"(1, 'x'), (7, 'y')", 469, "a constraint, as VALUES"),
    ("fed", "Native", native(9), 395, "a view behind the table throws"),
    ("nowhere", "Native", native(1), 60, "no such table"),
    ("nowhere", "JSONEachRow", b'{"a": 1}\n', 60, "no such table"),
    ("t (c)", "JSONEachRow", b'{"c": 1}\n', 16, "no such column"),
    ("t (c)", "Native", native(1), 16, "no such column"),
    ("t", "Nothing", b"", 73, "no such format"),
]


@pytest.fixture
def http(server: Server, database: str) -> httpx.Client:
    with connected(server, database) as client:
        client.command("ALTER TABLE t ADD CONSTRAINT never CHECK a != 7")
        client.command("CREATE TABLE fed (a UInt64) ENGINE = MergeTree ORDER BY a")
        client.command("CREATE MATERIALIZED VIEW view TO t AS SELECT a, toString(throwIf(a = 9)) AS b FROM fed")
    return httpx.Client(base_url=server.url, params={"database": database}, timeout=30)


@pytest.mark.parametrize("asynchronous", ["", "0", "1"])
@pytest.mark.parametrize(("table", "form", "rows", "code", "note"), REFUSED, ids=[f"{r[1]}: {r[4]}" for r in REFUSED])
def test_refused(
    http: httpx.Client, asynchronous: str, table: str, form: str, rows: bytes, code: int, note: str
) -> None:
    given = {"async_insert": asynchronous, "wait_for_async_insert": "1"} if asynchronous else {}
    with http:
        answer = http.post("/", params={"query": f"INSERT INTO {table} FORMAT {form}", **given}, content=rows)
        assert answer.status_code >= 400, note
        assert answer.headers["x-clickhouse-exception-code"] == str(code), (note, answer.text)
        assert "/dev/fd" not in answer.text
        assert http.post("/", content="SELECT count() FROM t").text == "0\n", note


TAKEN = [
    ("t", "Native", native(1, 2), 2, "one block"),
    ("t", "Native", native(1) + native(10, 10), 3, "bytes that look like an empty line"),
    ("t", "JSONEachRow", b'{"a":1}\n\n{"a":2}\n', 2, "an empty line between rows"),
    ("t", "CSV", b'1,"x;\n\ny"\n', 1, "an empty line in a value"),
    ("t SETTINGS max_insert_block_size = 1", "TSV", b"1\tx\n2\ty\n", 2, "settings of its own"),
    ("{into:Identifier}", "TSV", b"1\tx\n", 1, "a parameter"),
    ("t", "Native", b"", 0, "nothing"),
]


@pytest.mark.parametrize(("table", "form", "rows", "count", "note"), TAKEN, ids=[row[4] for row in TAKEN])
def test_taken(http: httpx.Client, table: str, form: str, rows: bytes, count: int, note: str) -> None:
    with http:
        given = {"query": f"INSERT INTO {table} FORMAT {form}", "param_into": "t"}
        answer = http.post("/", params=given, content=rows)
        assert answer.status_code == 200, (note, answer.text)
        assert http.post("/", content="SELECT count() FROM t").text == f"{count}\n"


def test_the_real_client_hears_of_it(server: Server, http: httpx.Client, database: str) -> None:
    http.close()
    with clickhouse_connect.get_client(host="127.0.0.1", port=server.port, database=database) as client:
        with pytest.raises(DatabaseError, match="469"):
            client.insert("t", [[7, "x"]], column_names=["a", "b"])
        assert client.insert("t", [[8, "x"]], column_names=["a", "b"]).written_rows == 1
