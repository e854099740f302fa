"""How an answer travels: block by block only where blocks make the whole."""

import json
from dataclasses import replace

import pytest

from sidecar.record.local.answer import answer, insert_format, refuse_change
from sidecar.record.local.failure import Failure
from sidecar.record.local.question import Question, question
from sidecar.record.local.statement import Insert, read
from tests.unit.record.local.stand_in import Connection, Result

ASKED = question("POST", b"", {})


def asked(connection: Connection, text: bytes, question: Question = ASKED) -> "tuple[str | None, bytes, bool]":
    plain = read(text)
    assert not isinstance(plain, Insert)
    told = answer(connection, question, plain, text)
    return told.format, told.first, told.stream is not None


@pytest.mark.parametrize(
    ("text", "question", "streams", "note"),
    [
        (b"SELECT 1 FORMAT Native", ASKED, True, "blocks follow one another"),
        (b"SELECT 1", ASKED, True, "tab separated lines"),
        (b"WITH 1 AS x SELECT x FORMAT JSONEachRow", ASKED, True, "JSON lines"),
        (b"SELECT 1", replace(ASKED, whole=True), False, "wanted whole"),
        (b"SELECT 1 FORMAT JSON", ASKED, False, "has a beginning and an end"),
        (b"SELECT 1 FORMAT CSVWithNames", ASKED, False, "has a beginning"),
        (b"SELECT a, count() FROM t GROUP BY a WITH TOTALS", ASKED, False, "totals behind the rows"),
        (b"SELECT a, count() FROM t GROUP BY a WITH TOTALS FORMAT Native", ASKED, True, "Native leaves totals out"),
        (b"SELECT 1", replace(ASKED, settings={"extremes": "1"}), False, "extremes behind the rows"),
        (b"SHOW TABLES", ASKED, False, "the engine does not stream it"),
    ],
)
def test_what_streams(text: bytes, question: Question, streams: bool, note: str) -> None:
    connection = Connection({text.decode(): [Result(b"a"), Result(b"b")]})
    assert asked(connection, text, question)[1:] == ((b"a", True) if streams else (b"ab", False)), note


def test_the_statements_format_the_requests_or_the_usual() -> None:
    wanting = replace(ASKED, format="JSON")
    assert asked(Connection(), b"SELECT 1 FORMAT CSV", wanting)[0] == "CSV"
    assert asked(Connection(), b"SELECT 1", wanting)[0] == "JSON"
    assert asked(Connection(), b"SELECT 1")[0] == "TabSeparated"
    assert asked(Connection(), b"CREATE TABLE t")[0] is None


def test_nothing_found_is_asked_again_for_what_the_format_says_about_nothing() -> None:
    connection = Connection({"SELECT": []})
    assert asked(connection, b"SELECT 1 WHERE 0") == ("TabSeparated", b"", False)
    assert len(connection.asked) == 2


def test_what_the_engine_will_not_stream_comes_whole() -> None:
    connection = Connection(
        {"WITH": [RuntimeError("Code: 36. DB::Exception: Streaming query is not supported for query")]}
    )
    assert asked(connection, b"WITH 1 AS x SELECT x") == ("TabSeparated", b"", False)


@pytest.mark.parametrize("whole", [False, True])
def test_a_failure_at_once_has_its_number(whole: bool) -> None:
    connection = Connection({"SELECT": RuntimeError("Code: 60. DB::Exception: no such table. (UNKNOWN_TABLE)")})
    with pytest.raises(Failure) as failed:
        asked(connection, b"SELECT 1", replace(ASKED, whole=whole))
    assert (failed.value.code, failed.value.status) == (60, 404)


def test_the_blocks_one_after_another() -> None:
    text = b"SELECT 1 FORMAT Native"
    plain = read(text)
    assert not isinstance(plain, Insert)
    told = answer(Connection({"SELECT": [Result(b"a"), Result(b"b")]}), ASKED, plain, text)
    assert [told.first, told.more(), told.more()] == [b"a", b"b", None]
    assert told.content_type == "application/octet-stream"


def test_the_cost_as_clickhouse_writes_it() -> None:
    plain = read(b"SELECT 1")
    assert not isinstance(plain, Insert)
    told = answer(Connection({"SELECT": b"1\n"}), replace(ASKED, whole=True), plain, b"SELECT 1")
    numbers = json.loads(told.cost.text())
    assert numbers["result_bytes"] == "2"
    assert int(numbers["elapsed_ns"]) > 0


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        (b"INSERT INTO t FORMAT CSV\n1", "TSV", "CSV"),
        (b"INSERT INTO t", "JSONEachRow", "JSONEachRow"),
        (b"INSERT INTO t", None, "Values"),
    ],
)
def test_the_format_of_an_insert(text: bytes, form: str | None, expected: str) -> None:
    insert = read(text)
    assert isinstance(insert, Insert)
    assert insert_format(replace(ASKED, format=form), insert) == expected


@pytest.mark.parametrize(
    "text", [b"DROP TABLE t", b"INSERT INTO t VALUES (1)", b"INSERT INTO t SELECT 1", b"KILL QUERY WHERE 1"]
)
def test_a_get_only_reads(text: bytes) -> None:
    refuse_change(ASKED, read(text))
    with pytest.raises(Failure) as refused:
        refuse_change(replace(ASKED, method="GET"), read(text))
    assert refused.value.code == 164
    refuse_change(replace(ASKED, method="GET"), read(b"SELECT 1"))
