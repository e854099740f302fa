"""A data plane in a process of its own, to be killed or frozen: holds every request for ever.

Usage: `python -m tests.envoy.held SOCKET`; says `ready` and then `holding` for each request.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from sidecar.core.exchange.commands import Command
from sidecar.core.exchange.events import Event, RequestStarted
from sidecar.core.model.http import Headers
from sidecar.extproc.grpc_server import Server
from sidecar.extproc.seat import Seat


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


class Held:
    def receive(self, event: Event) -> Sequence[Command]:
        if isinstance(event, RequestStarted):
            say("holding")
        return ()

    async def record(self, kind: str, fact: object) -> None:
        pass

    def headers_for(self, connection: str, token: str | None) -> Headers:
        return ()


async def main(path: Path) -> None:
    server = Server(Seat(Held, Held(), Held(), "s3cret"), path)
    await server.start()
    say("ready")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
