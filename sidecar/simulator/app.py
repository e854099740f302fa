"""The simulated API over HTTP: its paths and what each answers.

Rules: every request is recorded before it is answered, also one that is refused. `GET /simulator/complaints` is no
part of the real API: it reports what the simulator noticed about how clients told the model its past.
"""

import re
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sidecar.core.errors import Refused
from sidecar.simulator.catalogue import Batch, model, models
from sidecar.simulator.failure import failure, failure_body
from sidecar.simulator.recording import Received, Recording
from sidecar.simulator.reply import dump
from sidecar.simulator.world import JSON, World

LARGEST = 32 * 1024 * 1024  # bytes of a body; the API's own limit
Handler = Callable[[World, Received, str, str], ASGIApp]  # world, request, what the path's pattern caught, request id


class Api:
    """The ASGI application."""

    def __init__(self, world: World, recording: Recording | None = None) -> None:
        self._world = world
        self._recording = recording

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"the simulator speaks only HTTP, not {scope['type']}")
        received = await _received(Request(scope, receive))
        if self._recording:
            self._recording.add(received)
        answer = respond(self._world, received)
        await answer(scope, receive, send)


async def _received(request: Request) -> Received:
    scope = request.scope
    query = scope["query_string"]
    path = scope["raw_path"] + (b"?" + query if query else b"")
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
    return Received(request.method, path.decode("latin-1"), headers, await request.body())


def respond(world: World, received: Received) -> ASGIApp:
    """One request to its answer; a refusal in the API's shape."""
    request_id = world.new_id("req")
    try:
        return _handled(world, received, request_id)
    except RecursionError:
        refused = failure(400, "The request body is nested too deeply")
    except Refused as error:
        refused = error
    headers = world.headers(request_id) | dict(refused.headers)
    return Response(failure_body(refused, request_id), refused.status, headers, JSON)


def _handled(world: World, received: Received, request_id: str) -> ASGIApp:
    handler, caught = _route(received)
    if handler not in OPEN:
        world.access.check(received)
    if len(received.body) > LARGEST:
        raise failure(413)
    return handler(world, received, caught, request_id)


def _route(received: Received) -> tuple[Handler, str]:
    path = received.path.partition("?")[0]
    for method, pattern, handler in ROUTES:
        found = re.fullmatch(pattern, path)
        if found and method == received.method:
            return handler, found[1] if found.groups() else ""
    raise failure(404)


def _shown(world: World, request_id: str, value: object) -> Response:
    return Response(dump(value), 200, world.headers(request_id), JSON)


def _batch(world: World, name: str) -> Batch:
    if name not in world.batches:
        raise failure(404, f"batch: {name}")
    return world.batches[name]


def _base(received: Received) -> str:
    return f"http://{received.header('host') or 'localhost'}"


def _batches(world: World, received: Received, _caught: str, request_id: str) -> ASGIApp:
    data = [batch.shown(_base(received)) for batch in world.batches.values()]
    ids = [batch["id"] for batch in data]
    first, last = (ids[0], ids[-1]) if ids else (None, None)
    return _shown(world, request_id, {"data": data, "has_more": False, "first_id": first, "last_id": last})


def _results(world: World, _received: Received, caught: str, request_id: str) -> ASGIApp:
    lines = b"".join(_batch(world, caught).lines())
    return Response(lines, 200, world.headers(request_id), "application/x-jsonl")


def _alive(world: World, _received: Received, _caught: str, request_id: str) -> ASGIApp:
    return Response(b"", 200, world.headers(request_id))


def _complaints(world: World, _received: Received, _caught: str, request_id: str) -> ASGIApp:
    return _shown(world, request_id, world.past.report())


OPEN: frozenset[Handler] = frozenset({_alive, _complaints})  # need no key
ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", r"/v1/messages", lambda world, received, _, request_id: world.messages(received, request_id)),
    ("POST", r"/v1/messages/count_tokens", lambda w, received, _, i: _shown(w, i, w.count(received))),
    ("POST", r"/v1/messages/batches", lambda w, received, _, i: _shown(w, i, w.batch(received).shown(_base(received)))),
    ("GET", r"/v1/messages/batches", _batches),
    ("GET", r"/v1/messages/batches/([\w-]+)", lambda w, r, name, i: _shown(w, i, _batch(w, name).shown(_base(r)))),
    ("GET", r"/v1/messages/batches/([\w-]+)/results", _results),
    ("GET", r"/v1/models", lambda world, _received, _caught, request_id: _shown(world, request_id, models())),
    ("GET", r"/v1/models/(.+)", lambda world, _received, name, request_id: _shown(world, request_id, model(name))),
    ("HEAD", r"/", _alive),
    ("GET", r"/", _alive),
    ("GET", r"/api/hello", _alive),
    ("HEAD", r"/api/hello", _alive),
    ("GET", r"/simulator/complaints", _complaints),
)
