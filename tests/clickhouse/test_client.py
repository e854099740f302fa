"""The real clickhouse-connect against the local ClickHouse: nothing else may change against a real server."""

import threading
from datetime import UTC, datetime

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError, StreamFailureError

from tests.clickhouse_server import Server

ROWS = [[number, f"row {number} " + "ä" * 50] for number in range(5000)]


@pytest.mark.parametrize("compress", ["lz4", "zstd", "gzip", "br", True, False])
def test_rows_go_in_and_come_out_in_every_coding(server: Server, database: str, compress: str | bool) -> None:
    with clickhouse_connect.get_client(
        host="127.0.0.1", port=server.port, database=database, compress=compress
    ) as client:
        summary = client.insert("t", ROWS, column_names=["a", "b"])
        assert summary.written_rows == len(ROWS)
        assert client.query("SELECT * FROM t ORDER BY a").result_rows == [tuple(row) for row in ROWS]


def test_types_of_the_record_survive_the_way(client: Client) -> None:
    client.command(
        "CREATE TABLE e (chain String, seq UInt64, at DateTime64(6,'UTC'), kind LowCardinality(String),"
        " hash FixedString(32), body String CODEC(ZSTD(3)), n Nullable(Int64), l Array(String), f Float64)"
        " ENGINE = MergeTree PARTITION BY toYYYYMM(at) ORDER BY (chain, seq)"
    )
    at = datetime(2026, 11, 21, 9, 30, 0, 123456, tzinfo=UTC)
    row = ["c", 2**63, at, "decided", bytes(range(32)), '{"a":"\x00ä\U0001f512"}', None, ["x", ""], 0.1]
    names = ["chain", "seq", "at", "kind", "hash", "body", "n", "l", "f"]
    client.insert("e", [row], column_names=names)
    out = list(client.query("SELECT * FROM e", column_formats={"hash": "bytes"}, query_tz="UTC").result_rows[0])
    out[2] = out[2].replace(tzinfo=UTC)
    assert out == row


def test_parameters_are_values_and_never_text(client: Client) -> None:
    odd = "a'b\"c`d\\e\tf\ng\0; DROP TABLE t -- ä\U0001f512"
    asked = "SELECT {x:String} AS x, {n:UInt8} AS n, {l:Array(String)} AS l, {d:Nullable(String)} AS d"
    parameters = {"x": odd, "n": 7, "l": ["it's", "b\n"], "d": None}
    assert client.query(asked, parameters=parameters).result_rows == [(odd, 7, ["it's", "b\n"], None)]
    long = "y" * 100_000  # too long for a URL: the client sends a form
    assert client.query("SELECT {x:String}", parameters={"x": long}).result_rows == [(long,)]
    name = {"t": "t", "c": "a"}
    assert client.query("SELECT count({c:Identifier}) FROM {t:Identifier}", parameters=name).result_rows == [(0,)]


def test_large_results_stream(client: Client) -> None:
    rows = 0
    with client.query_row_block_stream("SELECT number, toString(number) FROM numbers(1000000)") as blocks:
        for block in blocks:
            rows += len(block)
    assert rows == 1_000_000


def test_a_stream_that_breaks_is_never_taken_for_whole(client: Client) -> None:
    asked = "SELECT number, throwIf(number = 900000, 'broken on purpose') FROM numbers(1000000)"

    def read() -> None:
        with client.query_row_block_stream(asked) as blocks:
            for _ in blocks:
                pass

    with pytest.raises(StreamFailureError, match="broken on purpose"):
        read()
    assert client.command("SELECT 1") == 1


def test_raw_ways_in_and_out(client: Client) -> None:
    client.raw_insert("t", ["a", "b"], b'1,"x"\n2,"y\n"\n', fmt="CSV")
    client.raw_insert("t", ["a", "b"], iter([b'{"a":3,', b'"b":"z"}\n']), fmt="JSONEachRow")
    lines = b'{"a":1,"b":"x"}\n{"a":2,"b":"y\\n"}\n{"a":3,"b":"z"}\n'
    assert client.raw_query("SELECT * FROM t ORDER BY a", fmt="JSONEachRow") == lines
    assert client.raw_stream("SELECT * FROM t ORDER BY a", fmt="JSONEachRow").read() == lines
    assert client.command("SELECT b FROM t WHERE a = 2") == "y\\n"
    assert client.command("INSERT INTO t VALUES", data="(4, 'w')").written_rows == 1  # type: ignore[union-attr]
    assert client.command("SELECT count() FROM t") == 4


@pytest.mark.parametrize(
    ("query", "code", "said"),
    [
        ("SELECT * FROM nope", 60, "UNKNOWN_TABLE"),
        ("SELEC 1", 62, "SYNTAX_ERROR"),
        ("SELECT throwIf(number = 3) FROM numbers(5)", 395, "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO"),
        ("SELECT 1 FORMAT Nope", 62, "SYNTAX_ERROR"),
        (
            "SELECT sleepEachRow(0.1) FROM numbers(100) SETTINGS max_execution_time = 0.3, max_block_size = 1",
            159,
            "TIMEOUT",
        ),
    ],
)
def test_errors_have_their_numbers(client: Client, query: str, code: int, said: str) -> None:
    with pytest.raises(DatabaseError, match=said) as failed:
        client.query(query)
    assert failed.value.code == code


def test_a_bad_row_inserts_nothing(client: Client) -> None:
    with pytest.raises(DatabaseError) as failed:
        client.raw_insert("t", ["a", "b"], b'1,"x"\nno number,"y"\n', fmt="CSV")
    assert failed.value.code in (6, 27, 72)
    assert client.command("SELECT count() FROM t") == 0


def test_settings_hold_for_their_query_and_a_session_keeps_its_tables(client: Client) -> None:
    asked = "SELECT getSetting('max_block_size')"
    assert client.query(asked, settings={"max_block_size": 4321}).result_rows != client.query(asked).result_rows
    client.insert("t", ROWS[:10], column_names=["a", "b"])
    only_three = {"additional_table_filters": {"t": "a = 3"}}
    assert client.query("SELECT a FROM t", settings=only_three).result_rows == [(3,)]
    assert client.query("SELECT count() FROM t").result_rows == [(10,)]
    client.command("CREATE TEMPORARY TABLE mine (x Int8)")
    client.command("SET max_block_size = 1234")
    assert client.query(asked, settings={"max_block_size": 4321}).result_rows == [(4321,)]
    assert client.query(asked).result_rows == [(1234,)]
    assert client.command("SELECT count() FROM mine") == 0


def test_a_repeated_token_is_one_insert(client: Client) -> None:
    client.command("ALTER TABLE t MODIFY SETTING non_replicated_deduplication_window = 100")
    for _ in range(3):
        client.insert("t", ROWS[:10], column_names=["a", "b"], settings={"insert_deduplication_token": "one"})
    client.insert("t", ROWS[:10], column_names=["a", "b"], settings={"insert_deduplication_token": "two"})
    assert client.command("SELECT count() FROM t") == 20


def test_many_at_once(server: Server, database: str) -> None:
    wrong: list[object] = []

    def work(number: int) -> None:
        with clickhouse_connect.get_client(host="127.0.0.1", port=server.port, database=database) as client:
            for turn in range(10):
                client.insert("t", [[number, str(turn)]], column_names=["a", "b"])
                mine = client.query("SELECT {n:UInt64}", parameters={"n": number * 100 + turn}).result_rows
                wrong.extend(mine if mine != [(number * 100 + turn,)] else [])

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []
    with clickhouse_connect.get_client(host="127.0.0.1", port=server.port, database=database) as client:
        assert client.query("SELECT a, count() FROM t GROUP BY a ORDER BY a").result_rows == [(n, 10) for n in range(6)]


def test_a_query_without_rows_still_has_columns(client: Client) -> None:
    assert client.query("SELECT a, b FROM t LIMIT 0").column_names == ("a", "b")
    assert client.query("SELECT a FROM t").result_rows == []
