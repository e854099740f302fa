"""Which call of the API a method and a path are.

Strategy: a path is judged only if it is written in the one plain form; the table compares exactly.

Rules: a server may undo `%2e`, `//`, `..`, `;x` or `\\` after us, and then serve something else than what we looked at.
So a path with any of these is `OTHER`, whatever it would become, and so is a trailing slash or another case.
"""

import re
from enum import StrEnum


class Endpoint(StrEnum):
    """`OTHER` is everything that is not understood: refused, unless a policy allows the path by name."""

    MESSAGES = "messages"
    COUNT_TOKENS = "count_tokens"
    BATCHES = "batches"
    BATCH_LIST = "batch_list"
    BATCH_GET = "batch_get"
    BATCH_RESULTS = "batch_results"
    BATCH_CANCEL = "batch_cancel"
    BATCH_DELETE = "batch_delete"
    MODELS = "models"
    PROBE = "probe"
    OTHER = "other"


_PLAIN = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~:@!$&'()*+,=-]+)+/?|/")
_NAME = r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}"
_BATCH = rf"/v1/messages/batches/{_NAME}"

_TABLE: tuple[tuple[frozenset[str], re.Pattern[str], Endpoint], ...] = tuple(
    (frozenset(methods.split()), re.compile(pattern), endpoint)
    for methods, pattern, endpoint in (
        ("POST", "/v1/messages", Endpoint.MESSAGES),
        ("POST", "/v1/messages/count_tokens", Endpoint.COUNT_TOKENS),
        ("POST", "/v1/messages/batches", Endpoint.BATCHES),
        ("GET", "/v1/messages/batches", Endpoint.BATCH_LIST),
        ("GET", _BATCH, Endpoint.BATCH_GET),
        ("GET", f"{_BATCH}/results", Endpoint.BATCH_RESULTS),
        ("POST", f"{_BATCH}/cancel", Endpoint.BATCH_CANCEL),
        ("DELETE", _BATCH, Endpoint.BATCH_DELETE),
        ("GET HEAD", f"/v1/models(/{_NAME})?", Endpoint.MODELS),
        ("GET HEAD", "/(api/hello)?", Endpoint.PROBE),
    )
)


def plain_path(path: str) -> str | None:
    """The path without its query, or nothing if it is not written plainly (then no comparison can be trusted)."""
    bare = path.partition("?")[0]
    return bare if _PLAIN.fullmatch(bare) else None


def endpoint(method: str, path: str) -> Endpoint:
    """Exact, or `OTHER`. `path` may have a query string."""
    bare = plain_path(path)
    if bare is None:
        return Endpoint.OTHER
    matches = (known for methods, pattern, known in _TABLE if method in methods and pattern.fullmatch(bare))
    return next(matches, Endpoint.OTHER)
