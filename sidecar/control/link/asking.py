"""The questions of a data plane that wait for people.

Strategy: a question stays here until its answer is known, so that a new connection can ask it again under the same id;
the control plane knows it then, and nothing is decided twice.

Rules:
- Nobody can be asked at this moment: `UNAVAILABLE` at once. A connection that is lost while a question waits has some
  time to come back (`Link.stale`); then the question is given up the same way.
- When patience ends the control plane has the last word: an approval that was given in the same moment is used.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

from google.protobuf.message import Message

from sidecar.control import messages
from sidecar.control.gen import control_pb2 as pb
from sidecar.core.approval.answer import Answer, Outcome
from sidecar.core.approval.asked import Asked

LAST_WORD = 1.0  # seconds to wait for it
NOT_CONNECTED = "the control plane cannot be reached"


class Asking:
    """`say` puts a message on the connection, if there is one."""

    def __init__(self, say: Callable[[Message], None]) -> None:
        self._say = say
        self._waiting: dict[str, tuple[Asked, asyncio.Future[Answer]]] = {}
        self._left: dict[str, bool] = {}  # withdrawn while nobody could be told; and whether the ticket stays open
        self._connected = False

    def __len__(self) -> int:
        return len(self._waiting)

    async def ask(self, asked: Asked, patience: float) -> Answer:
        """See `Approvals` in sidecar/extproc/seat.py."""
        if not self._connected:
            return Answer(Outcome.UNAVAILABLE, message=NOT_CONNECTED)
        settled: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[asked.id] = (asked, settled)
        try:
            self._say(messages.asked_message(asked))
            if await _within(settled, patience):
                return settled.result()
            self._leave(asked.id, stay_open=True)
            if await _within(settled, LAST_WORD):
                return settled.result()
            return Answer(Outcome.WAITING)
        except asyncio.CancelledError:
            if not settled.done():
                self._leave(asked.id, stay_open=False)
            raise
        finally:
            self._waiting.pop(asked.id, None)

    def connected(self) -> Iterator[Message]:
        """A new connection: what it must be told first."""
        self._connected = True
        left, self._left = self._left, {}
        for question, stay_open in left.items():
            yield _withdraw(question, stay_open)
        for asked, _ in tuple(self._waiting.values()):
            yield messages.asked_message(asked)

    def lost(self) -> None:
        """Nobody can be asked; what waits still waits."""
        self._connected = False

    def give_up(self) -> None:
        """It did not come back in time."""
        for _, settled in tuple(self._waiting.values()):
            _settle(settled, Answer(Outcome.UNAVAILABLE, message=NOT_CONNECTED))

    def settled(self, said: pb.Settled) -> None:
        """The control plane's word. About a question that nobody asks any more: nothing to do."""
        asked, settled = self._waiting.get(said.id, (None, None))
        if asked is None or settled is None:
            return
        if said.outcome == messages.ASK_AGAIN:
            self._say(messages.asked_message(asked))
        else:
            _settle(settled, messages.answer_from(said))

    def _leave(self, question: str, stay_open: bool) -> None:
        if self._connected:
            self._say(_withdraw(question, stay_open))
        else:
            self._left[question] = stay_open


def _withdraw(question: str, stay_open: bool) -> Any:
    return pb.FromGate(withdraw=pb.Withdraw(id=question, stay_open=stay_open))


async def _within(settled: "asyncio.Future[Answer]", seconds: float) -> bool:
    done, _ = await asyncio.wait((settled,), timeout=seconds)
    return bool(done)


def _settle(settled: "asyncio.Future[Answer]", answer: Answer) -> None:
    if not settled.done():
        settled.set_result(answer)
