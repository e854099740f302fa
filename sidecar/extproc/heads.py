"""The heads of messages: what of them the exchange sees, and how they leave.

Rules:
- The exchange never sees a client's credential, and no upstream ever gets one, whatever the exchange asks for.
- The route secret and the upstream credential are set here, after everything the exchange set, and only here.
- Names with our prefix mean something only on our side: none comes in by an upstream's answer, none goes out.
"""

from collections.abc import Container, Iterable
from itertools import chain

from sidecar.core.exchange.commands import Forward, StartAnswer
from sidecar.core.model.http import Headers, RequestHead, ResponseHead, first
from sidecar.extproc.messages import Mutation

CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})
# These frame a message on one connection: they are Envoy's business, and its mutation rules refuse to touch them.
HOPS = frozenset({"connection", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"})
# Envoy finds no route for a request without it; the routes take it out (see `bootstrap.routes`).
NEEDED = frozenset({"x-forwarded-proto"})
OURS = "x-gatehouse-"
WEBSOCKET = "websocket"
ROUTE = "x-gatehouse-route"
WORKLOAD = "x-gatehouse-workload"


class Misused(Exception):  # noqa: N818  (named for what happened)
    """The exchange asked for something that must not be done: a bug, so the stream fails."""


def require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Misused(otherwise)


def request_head(headers: Headers) -> RequestHead:
    """The head without pseudo headers, credentials, and what only we may say."""
    kept = tuple(h for h in headers if not h[0].startswith((":", OURS)) and h[0] not in CREDENTIALS)
    return RequestHead(first(headers, ":method") or "", first(headers, ":path") or "", kept)


def response_head(headers: Headers) -> ResponseHead:
    status = first(headers, ":status") or ""
    return ResponseHead(int(status), tuple(h for h in headers if not h[0].startswith((":", OURS))))


def waiting_key(secret: str) -> str:
    """What the route header says for a request whose answer begins before it leaves: no connection has such a name."""
    return f"{secret}!waiting"


def waiting(secret: str) -> Mutation:
    """The head of such a request: no upstream gets it, and nothing of it is said."""
    return Mutation(set=((ROUTE, waiting_key(secret)), ("content-length", "0")))


def upgrade_key(secret: str, connection: str) -> str:
    """What the route header says for a request that leaves HTTP: only connections that take those have such a route."""
    return f"{secret}.{connection}!{WEBSOCKET}"


def forwarded(
    command: Forward, received: Headers, credentials: Headers, secret: str, *, upgrade: bool = False
) -> Mutation:
    """The request's head as the upstream gets it."""
    key = upgrade_key(secret, command.connection) if upgrade else f"{secret}.{command.connection}"
    ours: Headers = (*credentials, (":path", command.path), (ROUTE, key))
    if command.body is not None:
        ours = (*ours, ("content-length", str(len(command.body))))
    reserved = {name for name, _ in ours} | CREDENTIALS | HOPS
    kept = tuple(h for h in command.set if h[0] != "content-length")
    for name, _ in kept:
        if name in reserved or name.startswith((OURS, ":")):
            raise Misused(f"the exchange set the reserved header {name!r}")
    sent = (name for name, _ in received if name.startswith(OURS))
    gone = chain(command.remove, sorted(CREDENTIALS), sent)
    # Envoy sets after it removes, but a name in both lists would hang on that order: name it once.
    written = {name for name, _ in chain(kept, ours)}
    return Mutation(_removable(gone, written), (*kept, *ours))


def answered(command: StartAnswer, received: Headers, ends: bool) -> Mutation:
    """The answer's head as the client gets it.

    A body may change on the way, so its length goes unless the exchange states it; the answer to HEAD keeps it.
    """
    written = {name for name, _ in command.set}
    gone = [*command.remove, *(name for name, _ in received if name.startswith(OURS))]
    if not ends:
        gone.append("content-length")
    status: Headers = ((":status", str(command.status)),) if command.status is not None else ()
    return Mutation(_removable(gone, written), (*status, *command.set))


def _removable(names: Iterable[str], written: Container[str]) -> tuple[str, ...]:
    """Each name once, without those that are set and those that only Envoy may remove."""
    return tuple(
        dict.fromkeys(n for n in names if n not in written and n not in HOPS | NEEDED and not n.startswith(":"))
    )
