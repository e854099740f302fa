"""Nobody decides for as long as a call may be held, behind the real Envoy and before a real control plane's gate side:
the agent is told to come again, and when it does, it finds its ticket. The patience's seconds pass faster here.
"""

import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from sidecar.control.link.asking import Asking
from sidecar.core.approval.answer import Answer
from sidecar.core.approval.asked import Asked
from sidecar.core.approval.ticket import State, Ticket
from sidecar.core.exchange.holding import PATIENCE
from tests.envoy.rig import Loop
from tests.envoy.test_held import eventually, post
from tests.gates import Plane, linked, plane
from tests.manned import Manned, manned
from tests.people import ANN, BEN

PROMPT = "please deploy to prod [[say:done]]"


@dataclass
class Faster:
    """A link's approvals, for which `times` as many seconds pass."""

    approvals: Asking
    times: float = 1000.0
    asked_for: list[float] = field(default_factory=list)

    async def ask(self, asked: Asked, patience: float) -> Answer:
        self.asked_for.append(patience)
        return await self.approvals.ask(asked, patience / self.times)


@dataclass
class Together:
    loop: Loop
    plane: Plane
    people: Faster
    gate: Manned

    def tickets(self) -> tuple[Ticket, ...]:
        page = self.loop.run(self.plane.tickets.list())
        return tuple(page.tickets)

    def decide(self, ticket: Ticket, yes: bool, why: str | None = None) -> None:
        self.loop.run(self.plane.tickets.decide(ticket.id, ANN if yes else BEN, yes, why))


@pytest.fixture
def together(tmp_path: Path) -> Iterator[Together]:
    loop, stack = Loop(), AsyncExitStack()
    here = loop.run(stack.enter_async_context(plane(f"sqlite://{tmp_path}/control.sqlite")))
    people = Faster(loop.run(stack.enter_async_context(linked(here.address))).approvals)
    with manned(tmp_path, loop=loop, ask=people) as gate:
        yield Together(loop, here, people, gate)
        loop.run(stack.aclose())


class Call:
    """One that waits, in a thread, with all the patience there is."""

    def __init__(self, together: Together) -> None:
        self.answers: list[httpx.Response] = []
        together.people.times = 1.0
        self._thread = threading.Thread(target=lambda: self.answers.append(post(together.gate, PROMPT)), daemon=True)
        self._thread.start()
        eventually(lambda: together.plane.hall.waiting == 1)

    def answer(self) -> httpx.Response:
        self._thread.join(20)
        assert self.answers, "it still waits"
        return self.answers[0]


def turned_away(together: Together) -> Ticket:
    """A call for which nobody decides."""
    answer = post(together.gate, PROMPT)
    assert together.people.asked_for == [PATIENCE]
    assert (answer.status_code, answer.headers["retry-after"]) == (408, "1")
    assert answer.headers.get("x-should-retry") != "false"
    assert answer.json()["error"]["type"] == "timeout_error"
    (waiting,) = together.tickets()
    assert waiting.state is State.PENDING
    return waiting


def test_the_retry_finds_the_same_ticket(together: Together) -> None:
    waiting = turned_away(together)
    again = Call(together)
    (same,) = together.tickets()
    assert same.id == waiting.id
    together.decide(same, True)
    assert again.answer().status_code == 200
    (used,) = together.tickets()
    assert (used.id, used.state) == (waiting.id, State.USED)


def test_decided_between_two_tries(together: Together) -> None:
    """The yes waits for the next try, and lets one call go."""
    waiting = turned_away(together)
    together.decide(waiting, True)
    assert post(together.gate, PROMPT).status_code == 200
    another = Call(together)
    (new,) = (one for one in together.tickets() if one.id != waiting.id)
    together.decide(new, False, "once is enough")
    assert another.answer().status_code == 451
