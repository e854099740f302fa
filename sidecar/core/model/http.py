"""The head of an HTTP message, as the core sees it.

Rules: header names are lower case; pseudo headers (`:method`, `:path`) are fields, not headers; values are text
(latin-1 as received). Order and repetition are kept.
"""

from dataclasses import dataclass, field

Headers = tuple[tuple[str, str], ...]


def first(headers: Headers, name: str) -> str | None:
    """The first value of a header, or nothing."""
    return next((value for key, value in headers if key == name), None)


def names(headers: Headers) -> tuple[str, ...]:
    """Each name once, in order."""
    return tuple(dict.fromkeys(name for name, _ in headers))


@dataclass(frozen=True, slots=True)
class RequestHead:
    """The client's token stands in the headers, so they are in no `repr`."""

    method: str
    path: str  # with the query string
    headers: Headers = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class ResponseHead:
    status: int
    headers: Headers = ()
