"""One HTTP request as the question it asks: the text, its parameters and settings, and how to answer.

Strategy: ClickHouse's interface puts everything in the URL, the headers or a form. What is not a name of the interface
itself is a setting of the engine, as in ClickHouse.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from urllib.parse import parse_qsl

from sidecar.record.local.failure import Failure

# Names of the interface. A user, a role or a quota means nothing here: there is one.
INTERFACE = frozenset({
    "query", "database", "default_format", "query_id", "session_id", "session_timeout", "session_check",
    "wait_end_of_query", "compress", "decompress", "user", "password", "quota_key", "role", "stacktrace",
    "buffer_size", "client_protocol_version", "close_session",
})  # fmt: skip
# Settings that only ClickHouse's own HTTP server obeys.
HTTP_ONLY = frozenset({
    "enable_http_compression", "send_progress_in_http_headers", "http_headers_progress_interval_ms",
    "cancel_http_readonly_queries_on_client_close", "http_zlib_compression_level", "add_http_cors_header",
})  # fmt: skip
SESSION_SECONDS, LONGEST_SESSION = 60.0, 3600.0
NOT_IMPLEMENTED, INVALID_SESSION_TIMEOUT, BAD_ARGUMENTS = 48, 374, 36


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, before the body was read."""

    method: str
    text: bytes
    settings: Mapping[str, str]
    parameters: Mapping[str, str]
    database: str | None = None
    format: str | None = None
    query_id: str = ""
    session: str | None = None
    session_seconds: float = SESSION_SECONDS
    session_must_exist: bool = False
    whole: bool = False  # answer only when everything is known, so that a failure has its status
    accepts: str = ""
    encoding: str = ""
    form: bool = False


def question(method: str, url_query: bytes, headers: Mapping[str, str]) -> Question:
    """From the request's head. Header names are in small letters."""
    given = dict(parse_qsl(url_query.decode("latin-1"), keep_blank_values=True, encoding="utf-8"))
    if given.get("compress", "0") != "0" or given.get("decompress", "0") != "0":
        raise Failure(
            NOT_IMPLEMENTED, "NOT_IMPLEMENTED", "compress=1 and decompress=1 are not supported; use Accept-Encoding"
        )
    compression = given.get("enable_http_compression", "1") not in ("0", "false")
    return Question(
        method=method,
        text=given.get("query", "").encode("utf-8", "surrogateescape"),
        settings=_settings(given),
        parameters=_parameters(given.items()),
        database=given.get("database") or headers.get("x-clickhouse-database") or None,
        format=given.get("default_format") or headers.get("x-clickhouse-format") or None,
        query_id=given.get("query_id") or headers.get("x-clickhouse-query-id") or "",
        session=given.get("session_id") or None,
        session_seconds=_seconds(given.get("session_timeout")),
        session_must_exist=given.get("session_check", "0") == "1",
        whole=given.get("wait_end_of_query", "0") not in ("0", "false"),
        accepts=headers.get("accept-encoding", "") if compression else "",
        encoding=headers.get("content-encoding", ""),
        form=headers.get("content-type", "").lower().startswith("multipart/form-data"),
    )


@dataclass(frozen=True, slots=True)
class Form:
    """A multipart body: the fields that could have been in the URL, and files that are tables."""

    fields: Mapping[str, str]
    files: Mapping[str, bytes]

    @property
    def parameters(self) -> Mapping[str, str]:
        return _parameters(self.fields.items())


def form(content_type: str, body: bytes) -> Form:
    message = message_from_bytes(b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + body)
    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    parts = message.get_payload()
    for part in parts if isinstance(parts, list) else ():
        if not isinstance(part, Message):
            continue
        name = str(part.get_param("name", "", header="content-disposition"))
        content = part.get_payload(decode=True)
        data = content if isinstance(content, bytes) else b""
        if part.get_filename() is None:
            fields[name] = data.decode("utf-8", "surrogateescape")
        else:
            files[name] = data
    return Form(fields, files)


def _settings(given: Mapping[str, str]) -> dict[str, str]:
    ours = INTERFACE | HTTP_ONLY
    return {name: value for name, value in given.items() if name not in ours and not name.startswith("param_")}


def _parameters(given: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name.removeprefix("param_"): value for name, value in given if name.startswith("param_")}


def _seconds(written: str | None) -> float:
    if written is None:
        return SESSION_SECONDS
    try:
        seconds = float(written)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= LONGEST_SESSION:
        raise Failure(INVALID_SESSION_TIMEOUT, "INVALID_SESSION_TIMEOUT", f"Invalid session timeout: '{written}'")
    return seconds
