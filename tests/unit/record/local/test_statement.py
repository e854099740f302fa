"""What a statement says about itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.record.local.failure import Failure
from sidecar.record.local.statement import Insert, Plain, inserts, read

INSERTS = [
    # text, head, format, data, note
    (b"INSERT INTO t FORMAT Native\n\x00\x01", b"INSERT INTO t ", "Native", b"\x00\x01", "binary right after the line"),
    (b"insert into t format Native\r\n\n\x00", b"insert into t ", "Native", b"\n\x00", "one line end, not two"),
    (b"INSERT INTO t FORMAT CSV 1,2", b"INSERT INTO t ", "CSV", b"1,2", "no line end at all"),
    (b"INSERT INTO t (a, b) VALUES (1, 'x')", b"INSERT INTO t (a, b) ", "Values", b" (1, 'x')", "values"),
    (b"INSERT INTO db.values FORMAT TSV\nFORMAT", b"INSERT INTO db.values ", "TSV", b"FORMAT", "keyword as a name"),
    (b"INSERT INTO format FORMAT TSV\n1", b"INSERT INTO format ", "TSV", b"1", "a table named format"),
    (b"INSERT INTO `format` FORMAT TSV\n1", b"INSERT INTO `format` ", "TSV", b"1", "quoted"),
    (
        b"/* FORMAT X */ INSERT INTO t -- VALUES\n SETTINGS a='FORMAT y' FORMAT JSONEachRow\n{}",
        b"/* FORMAT X */ INSERT INTO t -- VALUES\n ",
        "JSONEachRow",
        b"{}",
        "comments and strings are no keywords",
    ),
    (
        b"INSERT INTO FUNCTION null('format String') VALUES ('a')",
        b"INSERT INTO FUNCTION null('format String') ",
        "Values",
        b" ('a')",
        "a function",
    ),
    (b"INSERT INTO t ;\n", b"INSERT INTO t ", None, b"", "nothing named"),
]


@pytest.mark.parametrize(("text", "head", "form", "data", "note"), INSERTS)
def test_the_data_of_an_insert(text: bytes, head: bytes, form: str | None, data: bytes, note: str) -> None:
    found = read(text)
    assert isinstance(found, Insert), note
    assert (found.head, found.format, text[found.data_at :]) == (head, form, data), note


@pytest.mark.parametrize("text", [b"INSERT INTO t SETTINGS a=1 VALUES (1)", b"INSERT INTO settings SETTINGS a=1 "])
def test_settings_end_the_head(text: bytes) -> None:
    found = read(text)
    assert isinstance(found, Insert)
    assert (found.head.split()[-1] in (b"t", b"settings"), found.settings.strip()) == (True, b"SETTINGS a=1")


PLAIN = [
    (b"SELECT 1", Plain("SELECT"), "no format"),
    (b"select 1 format JSON", Plain("SELECT", "JSON"), "small letters"),
    (b"SELECT 1 FORMAT JSON SETTINGS max_threads = 1;", Plain("SELECT", "JSON"), "settings behind"),
    (b"SELECT format FROM t", Plain("SELECT"), "a column"),
    (b"SELECT format('{}', 1), 'FORMAT X' FROM (SELECT 1 FORMAT Null)", Plain("SELECT"), "not inside"),
    (b"(SELECT 1) UNION ALL (SELECT 2) FORMAT CSV", Plain("SELECT", "CSV"), "the verb stands in brackets"),
    (b"SELECT a, count() FROM t GROUP BY a WITH TOTALS FORMAT TSV", Plain("SELECT", "TSV", True), "totals"),
    (b"  -- hello\n # hash\nWITH 1 AS x SELECT x", Plain("WITH"), "comments first"),
    (b"INSERT INTO t SELECT 1 FORMAT Null", Plain("INSERT"), "rows come from a query"),
    (b"INSERT INTO t (a) WITH 1 AS x SELECT x", Plain("INSERT"), "the same"),
    (b"CREATE TABLE t (a Int8) ENGINE = Memory ;;", Plain("CREATE"), "empty statements behind"),
    (b"SELECT $tag$ ; FORMAT X $tag$, `a;b`, 'it''s;' FORMAT TSV", Plain("SELECT", "TSV"), "quotes of all kinds"),
]


@pytest.mark.parametrize(("text", "plain", "note"), PLAIN)
def test_any_other_statement(text: bytes, plain: Plain, note: str) -> None:
    assert read(text) == plain, note


@pytest.mark.parametrize("text", [b"", b"  \n", b"-- only a comment", b";", b"SELECT 1; DROP TABLE t", b"; SELECT 1"])
def test_no_statement_or_more_than_one_is_a_syntax_error(text: bytes) -> None:
    with pytest.raises(Failure) as refused:
        read(text)
    assert refused.value.code == 62


@given(st.binary(max_size=200))
@settings(max_examples=150)
def test_any_bytes_are_read_or_refused(text: bytes) -> None:
    try:
        found = read(text)
    except Failure:
        return
    assert isinstance(found, Insert | Plain)


@given(st.binary(max_size=60))
@settings(max_examples=100)
def test_data_is_never_looked_at(data: bytes) -> None:
    text = b"INSERT INTO t (a) FORMAT RowBinary\n" + data
    found = read(text)
    assert isinstance(found, Insert)
    assert text[found.data_at :] == data


def test_what_inserts() -> None:
    assert inserts(b"/* x */ insert INTO t FORMAT")
    assert not inserts(b"SELECT 'INSERT")
    assert not inserts(b"")


def test_who_answers_and_who_only_reads() -> None:
    assert [read(text).answers for text in (b"SELECT 1", b"KILL QUERY WHERE 1", b"DROP TABLE t")] == [True, True, False]  # type: ignore[union-attr]
    assert [read(text).reads for text in (b"SET a=1", b"KILL QUERY WHERE 1", b"DROP TABLE t")] == [True, False, False]  # type: ignore[union-attr]
