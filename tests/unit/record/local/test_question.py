"""A request's head as a question."""

import pytest

from sidecar.record.local.failure import Failure
from sidecar.record.local.question import SESSION_SECONDS, form, question


def test_everything_that_can_be_asked_in_a_url() -> None:
    asked = question(
        "POST",
        b"query=SELECT+%7Bx%3AString%7D&database=db&param_x=a%5Ctb%2B&max_threads=2&date_time_input_format=best_effort"
        b"&default_format=CSV&query_id=q1&session_id=s&session_timeout=5&session_check=1&wait_end_of_query=1"
        b"&enable_http_compression=1&send_progress_in_http_headers=1&client_protocol_version=54405&user=u&password=",
        {"accept-encoding": "lz4", "content-encoding": "zstd"},
    )
    assert asked.text == b"SELECT {x:String}"
    assert asked.parameters == {"x": "a\\tb+"}
    assert asked.settings == {"max_threads": "2", "date_time_input_format": "best_effort"}
    assert (asked.database, asked.format, asked.query_id) == ("db", "CSV", "q1")
    assert (asked.session, asked.session_seconds, asked.session_must_exist) == ("s", 5.0, True)
    assert (asked.whole, asked.accepts, asked.encoding, asked.form) == (True, "lz4", "zstd", False)


def test_headers_stand_in_for_the_url() -> None:
    asked = question("POST", b"", {"x-clickhouse-database": "d", "x-clickhouse-format": "JSON"})
    assert (asked.database, asked.format, asked.text) == ("d", "JSON", b"")
    assert (asked.session, asked.session_seconds, asked.whole) == (None, SESSION_SECONDS, False)


@pytest.mark.parametrize(
    ("query", "accepts"), [(b"", "gzip"), (b"enable_http_compression=0", ""), (b"enable_http_compression=1", "gzip")]
)
def test_compression_only_where_it_is_wanted(query: bytes, accepts: str) -> None:
    assert question("GET", query, {"accept-encoding": "gzip"}).accepts == accepts


@pytest.mark.parametrize(
    ("query", "code"),
    [(b"compress=1", 48), (b"decompress=1", 48), (b"session_timeout=x", 374), (b"session_timeout=99999", 374)],
)
def test_what_cannot_be_done_is_said(query: bytes, code: int) -> None:
    with pytest.raises(Failure) as refused:
        question("POST", query, {})
    assert refused.value.code == code


def test_a_form_holds_what_is_too_long_for_a_url() -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="query"\r\n\r\nSELECT {x:String}\n FORMAT Native\r\n'
        b'--b\r\nContent-Disposition: form-data; name="param_x"\r\n\r\n\xc3\xa4\r\n y\r\n'
        b'--b\r\nContent-Disposition: form-data; name="t"; filename="t.csv"\r\n\r\n1,2\r\n--b--\r\n'
    )
    read = form("multipart/form-data; boundary=b", body)
    assert read.fields["query"] == "SELECT {x:String}\n FORMAT Native"
    assert read.parameters == {"x": "ä\r\n y"}
    assert read.files == {"t": b"1,2"}


def test_a_form_that_is_none_is_empty() -> None:
    assert form("multipart/form-data; boundary=b", b"nothing").fields == {}
