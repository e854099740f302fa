"""A control plane's gate side as a process of its own, with somebody who says yes to everything after a moment.

Usage: `python -m bench.rig.people FOLDER MOMENT`; it prints its port, then a line `opened` or `decided` with the
question and the machine's monotonic time for each ticket. MOMENT: seconds; 0: nobody ever says anything.
"""

import asyncio
import sys
import time

from sidecar.control.desk.blocks import Blocks
from sidecar.control.desk.tickets import TICKETS, Tickets
from sidecar.control.gates.hall import Hall
from sidecar.control.gates.server import GateServer
from sidecar.control.person import Person, Role
from sidecar.control.store.store import Store
from sidecar.core.approval.ticket import State

REVIEWER = Person("reviewer", "company", frozenset({"sre"}), frozenset({Role.REVIEWER}))
KEY = "the key of a benchmark"


class Nowhere:
    async def record(self, _kind: str, _fact: object) -> None:
        pass


async def serve(folder: str, moment: float) -> None:
    store = await Store.open(f"sqlite://{folder}/control.sqlite")
    tickets = Tickets(store, Nowhere(), pending_per_caller=100_000)
    hall = Hall(store, tickets, Blocks(store, Nowhere()))
    # Before the hall, so that the time is not that of its work.
    announced = await store.listen(TICKETS)
    await hall.start()
    server = GateServer(hall, "127.0.0.1", 0, key=KEY)
    await server.start()
    print(server.port, flush=True)
    deciding = set()
    async for ticket_id in announced:
        at = time.monotonic()
        ticket = await tickets.get(ticket_id)
        if ticket.state is State.PENDING and moment:
            print("opened", ticket.asked.id, at, flush=True)
            task = asyncio.create_task(_decide(tickets, ticket_id, ticket.asked.id, moment))
            deciding.add(task)
            task.add_done_callback(deciding.discard)


async def _decide(tickets: Tickets, ticket_id: str, question: str, moment: float) -> None:
    await asyncio.sleep(moment)
    at = time.monotonic()
    await tickets.decide(ticket_id, REVIEWER, True)
    print("decided", question, at, flush=True)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], float(sys.argv[2])))
