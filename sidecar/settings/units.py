"""Quantities as people write them: sizes, durations, ports, names, addresses of servers.

Rules: each says what was expected when it is not met; a plain number is bytes, or seconds.
"""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, StringConstraints

_SIZES = {"": 1, "B": 1, "KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30}
_DURATIONS = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_QUANTITY = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*")


def _amount(value: object) -> tuple[float, str] | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    found = _QUANTITY.fullmatch(str(value))
    return (float(found[1]), found[2]) if found else None


def size(value: object) -> int:
    """`33554432`, `512KiB`, `32 MiB`, `1GiB`."""
    amount = _amount(value)
    if amount is None or amount[1].upper() not in _SIZES:
        raise ValueError("expected a size such as 32MiB, 512KiB or a number of bytes")
    return int(amount[0] * _SIZES[amount[1].upper()])


def duration(value: object) -> float:
    """`10`, `10s`, `500ms`, `5m`, `1h`, as seconds."""
    amount = _amount(value)
    if amount is None or amount[1].lower() not in _DURATIONS:
        raise ValueError("expected a duration such as 10s, 500ms, 5m or a number of seconds")
    return amount[0] * _DURATIONS[amount[1].lower()]


def web_address(value: object) -> str:
    """An http or https URL. Credentials have no place in it: a URL ends up in logs and in Envoy's configuration."""
    expected = "expected a URL such as https://api.example.com or http://127.0.0.1:8080/path"
    if not isinstance(value, str) or any(letter.isspace() for letter in value):
        raise ValueError(expected)
    try:
        parts = urlsplit(value)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError as error:
        raise ValueError(expected) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_fine:
        raise ValueError(expected)
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not hold a user or password: use `credential` for that")
    if parts.query or parts.fragment:
        raise ValueError("must not have a query or a fragment")
    return value.rstrip("/")


Size = Annotated[int, BeforeValidator(size), Field(gt=0, json_schema_extra={"type": ["integer", "string"]})]
Duration = Annotated[float, BeforeValidator(duration), Field(json_schema_extra={"type": ["number", "string"]})]
WebAddress = Annotated[str, BeforeValidator(web_address), Field(json_schema_extra={"format": "uri"})]
Port = Annotated[int, Field(ge=0, le=65535)]
Text = Annotated[str, StringConstraints(min_length=1)]
# A name becomes part of a path, a header value and a metric label: one alphabet that is safe in all three.
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
# RFC 9110 token, lower case as HTTP/2 sends it.
HeaderName = Annotated[str, StringConstraints(to_lower=True, pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
# RE2-free on purpose: absolute, no empty or dot segments, nothing that needs decoding.
AnswerPath = Annotated[str, StringConstraints(pattern=r"^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$")]
