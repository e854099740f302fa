"""What the headers of HTTP say by themselves, and what in them is somebody's text.

Rules: a value counts as nobody's text by its shape, never by its header's name alone: a client or a server may write
anything into any of them.
"""

import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Of one hop, or the frame of the message: Envoy writes them anew, or refuses what is no length.
FRAMES = frozenset({"connection", "content-length", "keep-alive", "proxy-connection", "transfer-encoding"})
# Nobody but Envoy may change or remove these.
UNCHANGEABLE = frozenset({"host", "te", "trailer", "upgrade"})
_USUAL = _words(
    """
    accept-ranges access-control-allow-credentials access-control-allow-headers access-control-allow-methods
    access-control-allow-origin access-control-expose-headers access-control-max-age age allow alt-svc cache-control
    content-disposition content-encoding content-language content-length content-location content-range
    content-security-policy content-type date etag expires host last-modified link location permissions-policy pragma
    proxy-authenticate referrer-policy retry-after server set-cookie strict-transport-security te trailer upgrade vary
    via warning www-authenticate x-content-type-options x-frame-options x-powered-by x-request-id x-robots-tag
    """
)
_DATES = frozenset({"date", "expires", "last-modified"})
_DATE = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT|-1|0")
_WORDS = _words(
    """
    application/json text/plain text/html text/event-stream text/css text/csv text/xml application/xml text/* */*
    application/* application/problem+json application/x-www-form-urlencoded application/x-ndjson application/xhtml+xml
    application/octet-stream image/* image/png image/jpeg image/webp charset utf-8 q no-cache no-store no-transform
    max-age must-revalidate private public en en-us en-gb de de-de * gzip deflate br zstd identity
    """
)
_OF_WORDS = frozenset({"accept", "accept-language", "cache-control", "content-encoding", "content-type", "pragma"})
_PARTS = re.compile(r"[,;=\s\"]+")
_NUMBER = re.compile(r"[01](\.[0-9]{0,3})?|[0-9]{0,6}")


def usual_name(name: str) -> bool:
    return name in _USUAL


def says_nothing(name: str, value: str) -> bool:
    """Whether it is a date, or words of the protocol alone."""
    if name in _DATES:
        return _DATE.fullmatch(value) is not None
    parts = _PARTS.split(value.lower()) if name in _OF_WORDS else None
    return parts is not None and all(one in _WORDS or _NUMBER.fullmatch(one) for one in parts)


def as_text(value: str) -> str:
    """Header values are latin-1 inside; most programs read them as UTF-8 where they are that."""
    try:
        return value.encode("latin-1").decode()
    except (UnicodeEncodeError, UnicodeDecodeError):
        return value


def as_bytes(text: str) -> str:
    """The same as it leaves."""
    try:
        text.encode("ascii")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("latin-1")
    return text


def unpacked(value: str) -> str:
    """Words packed for mail (`=?utf-8?B?…?=`, RFC 2047) as they were meant: some libraries read headers so."""
    if "=?" not in value:
        return value
    try:
        return str(make_header(decode_header(value)))
    except (LookupError, UnicodeError, ValueError, HeaderParseError):
        return value
