"""Which headers of a request go on to the upstream.

Strategy: a closed list of names and prefixes passes; everything else stays here. A header nobody knows is a way out
for data that no rule has read.

Rule: `x-forwarded-proto` stays, because Envoy finds no route without it; the route to an upstream takes it out.
"""

from collections.abc import Collection

from sidecar.core.model.http import Headers, RequestHead, names

PASSED = frozenset(
    {
        "accept",
        "accept-language",
        "content-encoding",
        "content-type",
        "host",
        "idempotency-key",
        "user-agent",
        "x-app",
        "x-claude-code-session-id",
        "x-client-request-id",
        "x-forwarded-proto",
    }
)
PASSED_PREFIXES = ("anthropic-", "x-stainless-")


def removed(
    head: RequestHead, passed: Collection[str] = PASSED, prefixes: tuple[str, ...] = PASSED_PREFIXES
) -> tuple[str, ...]:
    """The names that do not go on, the client's credentials among them."""
    return tuple(n for n in names(head.headers) if n not in passed and not n.startswith((*prefixes, ":")))


def added(body: bytes | None) -> Headers:
    """Answers are asked for uncompressed; the length is that of the body as it leaves."""
    asked: Headers = (("accept-encoding", "identity"),)
    return asked if body is None else (*asked, ("content-length", str(len(body))))
