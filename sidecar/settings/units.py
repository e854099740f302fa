"""Quantities as people write them: sizes, durations, ports, names, addresses of servers.

Rules: each says what was expected when it is not met; a plain number is bytes, or seconds.
"""

import ipaddress
import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic.fields import FieldInfo

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


def address(value: str) -> str:
    """An address to listen on."""
    try:
        return "127.0.0.1" if value == "localhost" else str(ipaddress.ip_address(value.strip("[]")))
    except ValueError as error:
        raise ValueError("expected an IP address to listen on, such as 127.0.0.1, 0.0.0.0 or ::1") from error


def _not_empty(value: object) -> object:
    if value == []:
        raise ValueError("needs at least one entry")
    return value


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


def form(pattern: str, expected: str) -> tuple[AfterValidator, FieldInfo]:
    """Text of one form: the sentence is for people, the pattern for the published schema."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(f"expected {expected}")
        return value

    return AfterValidator(check), Field(json_schema_extra={"pattern": pattern})


# Control characters are in no path or name that a person means, and a NUL is an error in every system call.
Text = Annotated[str, *form(r"^[^\x00-\x1f\x7f]+$", "text of at least one character, without control characters")]
# Checked as it is written: pydantic counts only the entries that are right, and would complain twice about a wrong one.
NOT_EMPTY = (BeforeValidator(_not_empty), Field(json_schema_extra={"minItems": 1}))
# A name becomes part of a path, a header value and a metric label: one alphabet that is safe in all three.
Name = Annotated[str, *form("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", "a name of small letters, digits and dashes")]
# An IP address: Envoy listens on nothing else. `localhost` is what people write for one of them.
Address = Annotated[str, AfterValidator(address)]
# What stands in a header beside the credential.
HeaderText = Annotated[str, *form("^[ -~]*$", "plain ASCII text without line breaks")]
# RFC 9110 section 5.1, lower case because HTTP/2 sends it so.
HeaderName = Annotated[
    str, StringConstraints(to_lower=True), *form(r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", "the name of a request header")
]
# No empty, dot or escaped segments: Envoy normalises paths before it routes, and a path it rewrites would never match.
AnswerPath = Annotated[
    str, *form(r"^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$", "a path such as /mcp/tickets, without a slash at its end")
]
