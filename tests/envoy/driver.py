"""The real driver in the place of the scripted data plane, with an exchange that the test gives."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from sidecar.core.exchange import commands as c
from sidecar.core.exchange import events as e
from sidecar.core.model.http import Headers, RequestHead
from sidecar.extproc.grpc_stream import Reason, Stream
from sidecar.extproc.identity import ClaimNames
from sidecar.extproc.seat import Seat
from tests.envoy.rig import SECRET, Peer, Rig

KEY = "upstream-key"


class Passing:
    """Forwards everything as it is and answers as the upstream does; notes what it was told."""

    def __init__(self) -> None:
        self.events: list[e.Event] = []
        self.head: RequestHead | None = None
        self.body = b""

    def receive(self, event: e.Event) -> Sequence[c.Command]:
        self.events.append(event)
        match event:
            case e.RequestStarted(head, _, _, end):
                self.head = head
                return self.forward(None) if end else ()
            case e.RequestChunk(data, _, end):
                self.body += data
                return self.forward(self.body) if end else ()
            case e.ResponseStarted():
                return [c.StartAnswer()]
            case e.ResponseChunk(data, _, end):
                return [c.SendAnswer(data, end)]
        return ()

    def forward(self, body: bytes | None) -> Sequence[c.Command]:
        assert self.head is not None
        names = tuple(name for name, _ in self.head.headers if name != "content-type")
        return [c.Forward("claude", self.head.path, names, (("accept-encoding", "identity"),), body)]


class Nowhere:
    async def record(self, kind: str, fact: Mapping[str, object]) -> None:
        pass

    def headers_for(self, connection: str, token: str | None) -> Headers:
        return (("x-api-key", KEY),)


class Driven:
    """Every stream of the rig's data plane runs through the real driver from now on."""

    def __init__(self, rig: Rig, exchange: Callable[[], Passing] = Passing) -> None:
        self.exchanges: list[Passing] = []
        self.reports: list[Reason] = []
        self._make = exchange
        self._rest: set[asyncio.Future[None]] = set()
        nowhere = Nowhere()
        self.seat = Seat(self._exchange, nowhere, nowhere, SECRET, {"company": ClaimNames()})
        rig.plane.script = self._run

    def _exchange(self) -> Passing:
        self.exchanges.append(self._make())
        return self.exchanges[-1]

    async def _run(self, peer: Peer) -> None:
        await Stream(self.seat, peer.context, lambda reason, _: self.reports.append(reason), self._finish).run()

    def _finish(self, rest: object) -> None:
        task = asyncio.ensure_future(rest)  # type: ignore[arg-type]
        self._rest.add(task)
        task.add_done_callback(self._rest.discard)
