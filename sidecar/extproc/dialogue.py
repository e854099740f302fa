"""One ext_proc stream: what Envoy says becomes events of an exchange, its commands become what we say.

Strategy: no protobuf, no gRPC. A transport calls `receive` for each message and gives a `send`; a timer of the
exchange may call `send` too, while the upstream is silent. One lock keeps the exchange to one event at a time.

Rules:
- Events are handled one after the other, commands in order; the answer to a command is handled after its whole batch.
- A command that does not fit the phase is a bug: `Misused`, and the transport fails the stream.
- Nothing is forwarded before the request is whole, whatever the exchange says.
- Trailers are never passed on, in either direction: no rule reads them.
- While people think the dialogue hears on: that the client went away, or that somebody stopped it.
- What Envoy answers by itself before anything was forwarded (no token, a time-out) comes by here too and passes as it
  is. If there is an exchange, it is told `Gone`.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from enum import Enum
from typing import Any

from sidecar.core.approval.answer import Answer
from sidecar.core.errors import RecordFull, RecordingFailed, Refused
from sidecar.core.exchange import commands as c
from sidecar.core.exchange import events as e
from sidecar.core.model.block import Block
from sidecar.core.model.http import first
from sidecar.extproc import messages as m
from sidecar.extproc.alarm import Alarm
from sidecar.extproc.asking import Asking
from sidecar.extproc.bodies import answer_body, request_body
from sidecar.extproc.heads import Misused, answered, forwarded
from sidecar.extproc.intake import Intake
from sidecar.extproc.notes import Notes
from sidecar.extproc.seat import Exchange, Seat, Send

# A block takes effect within two seconds. A dialogue that is busy for longer waits for a client that reads nothing.
BUSY = 1.5


class Phase(Enum):
    READING = "the request arrives, nothing was said about it"
    FORWARDED = "the request has left"
    ANSWERING = "the head of the answer has left"
    LOCAL = "Envoy answers by itself"
    OVER = "nothing more will be said"


class Broken(Exception):  # noqa: N818  (named for what happened)
    """The exchange asked to break the stream off, or it could not be stopped in a better way."""


class Dialogue:
    """Drives one exchange. `broken` is told what went wrong where no `receive` could raise it: in a timer."""

    def __init__(self, seat: Seat, send: Send, broken: Callable[[BaseException], None]) -> None:
        self._seat = seat
        self._send = send
        self._exchange: Exchange | None = None  # until a request comes: see LOCAL
        self._intake = Intake(seat.providers)
        self._notes = Notes(seat.recorder)
        self._turn = asyncio.Lock()
        self._phase = Phase.READING
        self._dead = False
        self._failure: str | None = None
        self._left: int | None = None  # of the answer's stated length
        self._alarm = Alarm(seat.clock, self._tick, broken)
        self._asking = Asking(seat.approvals, self._settled, broken)
        self._broken = broken
        self._stopping: asyncio.Task[None] | None = None

    @property
    def over(self) -> bool:
        return self._phase is Phase.OVER

    @property
    def unfinished(self) -> bool:
        """There is an exchange, and it waits for something."""
        return self._exchange is not None and not self._mute

    @property
    def settled(self) -> bool:
        return self._notes.settled

    async def receive(self, message: m.Inbound) -> None:
        """Handle one message whole, so that the next is not read before: that is the back-pressure."""
        async with self._turn:
            if self.over:
                return
            event = self._intake.event(message, self._seat.clock())
            if self._phase is Phase.READING and isinstance(event, e.ResponseStarted):
                self._phase = Phase.LOCAL
                if self._exchange is not None:
                    await self._happen(e.Gone(event.at))
            if self._phase is Phase.LOCAL:
                await self._echo(message)
            else:
                await self._happen(event)

    async def gone(self) -> None:
        """The stream has ended: nothing more can be said, only written down."""
        self._alarm.set(None)
        self._asking.withdraw()
        async with self._turn:
            tell = self.unfinished and not self._dead
            self._phase = Phase.OVER
            if tell:
                await self._happen(e.Gone(self._seat.clock()))

    async def settle(self) -> None:
        """Wait until the facts that nothing waited for are written."""
        self._alarm.set(None)
        await self._notes.settle()

    # --- the exchange ---------------------------------------------------------------------------------------------

    async def _happen(self, event: e.Event) -> None:
        events = deque((event,))
        while events:
            for command in self._ask(events.popleft()):
                answer = await DOES[type(command)](self, command)
                if answer is not None:
                    events.append(answer)
        if self.over:
            self._alarm.set(None)
        if self._mute:
            self._asking.withdraw()
        if self._failure is not None:
            raise Broken(self._failure)

    def _ask(self, event: e.Event) -> tuple[c.Command, ...]:
        if self._exchange is None:
            self._exchange = self._seat.exchange()
        try:
            return tuple(self._exchange.receive(event))
        except BaseException:
            self._dead = True
            raise

    @property
    def _mute(self) -> bool:
        return self._phase in {Phase.LOCAL, Phase.OVER}

    async def _record(self, command: c.Record) -> e.Event | None:
        if not command.wait:
            self._notes.add(command.kind, command.fact, command.parts)
            return None
        try:
            await self._notes.write(command.kind, command.fact, command.parts)
        except RecordingFailed as failed:
            full = isinstance(failed, RecordFull)
            return e.Recorded(self._seat.clock(), str(failed) or "recording failed", full)
        return e.Recorded(self._seat.clock())

    async def _forward(self, command: c.Forward) -> e.Event | None:
        if self._mute:
            return None
        self._require(self._phase is Phase.READING and self._intake.request.ended, "Forward out of turn")
        self._require(not (self._intake.request.bodiless and command.body), "a body for a request without one")
        try:
            credentials = self._seat.vault.headers_for(command.connection)
        except Refused as refused:
            return e.ForwardFailed(refused, self._seat.clock())
        self._phase = Phase.FORWARDED
        head = forwarded(command, self._intake.request.headers, credentials, self._seat.secret)
        await self._send(m.PassRequest(head))
        if not self._intake.request.bodiless:
            await self._say(*request_body(command.body or b"", self._intake.request.trailers))
        return None

    async def _ask_people(self, command: c.Ask) -> None:
        if not self._mute:
            self._asking.begin(command)

    async def _respond(self, command: c.Respond) -> None:
        if self._mute:
            return
        # Envoy takes it as long as the head of an answer has not left.
        self._require(self._phase in {Phase.READING, Phase.FORWARDED}, "Respond out of turn")
        self._phase = Phase.OVER
        # Envoy counts the body itself.
        headers = tuple(h for h in command.headers if h[0] != "content-length")
        await self._send(m.Immediate(command.status, headers, command.body))

    async def _start_answer(self, command: c.StartAnswer) -> None:
        if self._mute:
            return
        answer = self._intake.answer
        self._require(self._phase is Phase.FORWARDED and answer.started, "StartAnswer out of turn")
        self._phase = Phase.OVER if answer.bodiless else Phase.ANSWERING
        stated = None if answer.bodiless else first(command.set, "content-length")
        self._left = int(stated) if stated is not None else None
        await self._send(m.PassResponse(answered(command, answer.headers, answer.bodiless)))

    async def _send_answer(self, command: c.SendAnswer) -> None:
        if self._intake.answer.bodiless:
            self._require(not command.data, "a body for an answer without one")
        if self._mute:
            return
        self._require(self._phase is Phase.ANSWERING, "SendAnswer out of turn")
        self._count(command)
        if command.end:
            self._phase = Phase.OVER
        if command.data or command.end:
            await self._say(*answer_body(command.data, command.end, self._intake.answer.trailers))

    def _count(self, command: c.SendAnswer) -> None:
        """A length that does not fit would let the client read the next answer's bytes as this one's."""
        if self._left is not None:
            self._left -= len(command.data)
            self._require(
                self._left >= 0 and (self._left == 0 or not command.end), "the answer's length is not as stated"
            )

    async def _wake_at(self, command: c.WakeAt) -> None:
        self._alarm.set(None if self._mute else command.at)

    async def _fail(self, command: c.Fail) -> None:
        if not self.over:
            self._phase = Phase.OVER
            self._failure = command.reason

    @staticmethod
    def _require(holds: bool, otherwise: str) -> None:
        if not holds:
            raise Misused(otherwise)

    # --- saying ---------------------------------------------------------------------------------------------------

    async def _say(self, *messages: m.Outbound) -> None:
        for message in messages:
            await self._send(message)

    async def _echo(self, message: m.Inbound) -> None:
        match message:
            case m.ResponseHeaders():
                await self._send(m.PassResponse(m.Mutation()))
            case m.ResponseBody(data, end):
                await self._say(*answer_body(data, end, None))
            case m.ResponseTrailers(names):
                await self._send(m.EndResponse(names))
            case _:
                return
        if self._intake.answer.ended:
            self._phase = Phase.OVER

    # --- people ---------------------------------------------------------------------------------------------------

    async def _settled(self, answer: Answer) -> None:
        async with self._turn:
            if not self._mute:
                await self._happen(e.Settled(answer, self._seat.clock()))

    def look(self) -> None:
        """The blocks have changed: does one stand against this exchange?"""
        if self._exchange is None or self._mute or (self._stopping is not None and not self._stopping.done()):
            return
        who = self._exchange.who
        block = self._seat.blocks.against(*who) if who is not None else None
        if block is not None and self._exchange.minds(block):
            self._stopping = asyncio.get_running_loop().create_task(self._stop(block))
            self._stopping.add_done_callback(self._stopped)

    async def _stop(self, block: Block) -> None:
        try:
            async with asyncio.timeout(BUSY):
                await self._turn.acquire()
        except TimeoutError:
            raise Broken("stopped by people, while the client took nothing") from None
        try:
            if not self._mute:
                await self._happen(e.Stopped(block, self._seat.clock()))
        finally:
            self._turn.release()

    def _stopped(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken(error)

    # --- time ---------------------------------------------------------------------------------------------------------

    async def _tick(self) -> None:
        async with self._turn:
            if not self._mute:
                await self._happen(e.Tick(self._seat.clock()))


Does = Callable[[Dialogue, Any], Coroutine[Any, Any, e.Event | None]]

DOES: Mapping[type, Does] = {
    c.Record: Dialogue._record,
    c.Ask: Dialogue._ask_people,
    c.Forward: Dialogue._forward,
    c.Respond: Dialogue._respond,
    c.StartAnswer: Dialogue._start_answer,
    c.SendAnswer: Dialogue._send_answer,
    c.WakeAt: Dialogue._wake_at,
    c.Fail: Dialogue._fail,
}
