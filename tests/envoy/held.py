"""A data plane in a process of its own, to be killed or frozen: holds every request for ever.

Usage: `python -m tests.envoy.held SOCKET [opening]`; says `ready` and then `holding` for each request. `opening`: in an
answer that has begun.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from sidecar.core.exchange.commands import Command, OpenAnswer, SendAnswer
from sidecar.core.exchange.events import Event, RequestChunk, RequestStarted
from sidecar.core.model.http import Headers
from sidecar.extproc.grpc_server import Server
from sidecar.extproc.seat import Seat


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


class Held:
    def __init__(self, opening: bool = False) -> None:
        self._opening = opening
        self.who = None

    def receive(self, event: Event) -> Sequence[Command]:
        if isinstance(event, RequestStarted):
            say("holding")
        if self._opening and isinstance(event, RequestChunk) and event.end:
            return (OpenAnswer((("content-type", "text/event-stream"),)), SendAnswer(b": waiting for somebody\n\n"))
        return ()

    async def record(self, kind: str, fact: object) -> None:
        pass

    def headers_for(self, connection: str, token: str | None) -> Headers:
        return ()


async def main(path: Path, opening: bool) -> None:
    server = Server(Seat(lambda: Held(opening), Held(), Held(), "s3cret"), path)
    await server.start()
    say("ready")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), "opening" in sys.argv[2:]))
