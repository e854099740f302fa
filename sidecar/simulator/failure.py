"""How the Messages API says no: status, type, sentence and headers, in its JSON shape."""

from sidecar.core.errors import Code, Refused
from sidecar.simulator.reply import dump

# The types are the API's; the sentences are what it is known to say, near enough to be recognised.
FAILURES: dict[int, tuple[Code, str]] = {
    400: (Code.INVALID_REQUEST, "The request could not be read."),
    401: (Code.AUTHENTICATION, "invalid x-api-key"),
    403: (Code.PERMISSION, "Your API key does not have permission to use the specified resource."),
    404: (Code.NOT_FOUND, "Not found"),
    413: (Code.TOO_LARGE, "Request exceeds the maximum size"),
    429: (Code.RATE_LIMIT, "This request would exceed your organization's rate limit."),
    500: (Code.API, "Internal server error"),
    503: (Code.API, "Service temporarily unavailable"),
    504: (Code.TIMEOUT, "The request took too long"),
    529: (Code.OVERLOADED, "Overloaded"),
}
RETRY_AFTER = "1"  # as short as the header allows: a test that waits for it should not be slow


def failure(status: int, message: str | None = None, *, retry_after: str | None = None, final: bool = False) -> Refused:
    """The API's refusal with this status; a status it never uses counts as an internal error.

    `final` tells clients not to try again, which they would do with some of these on their own.
    """
    code, usual = FAILURES.get(status, FAILURES[500])
    headers = {"retry-after": retry_after or RETRY_AFTER} if status == 429 else {}
    if status in {429, 500, 503, 504, 529}:
        headers["x-should-retry"] = "true"
    if final:
        headers["x-should-retry"] = "false"
    return Refused(status, code, message or usual, headers=headers)


def failure_body(refused: Refused, request_id: str) -> bytes:
    error = {"type": str(refused.code), "message": refused.message}
    return dump({"type": "error", "error": error, "request_id": request_id})
