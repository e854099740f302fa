"""One ext_proc stream: what Envoy says becomes events of an exchange, its commands become what we say.

Strategy: no protobuf, no gRPC. A transport calls `receive` for each message and gives a `send`; a timer of the
exchange may call `send` too, while the upstream is silent. One lock keeps the exchange to one event at a time.

Rules:
- Events are handled one after the other, commands in order; the answer to a command is handled after its whole batch.
- A command that does not fit the phase is a bug: `Misused`, and the transport fails the stream.
- Nothing is forwarded before the request is whole, and nothing twice, whatever the exchange says.
- Trailers are never passed on, in either direction: no rule reads them.
- While people think, or a credential is fetched, the dialogue hears on: that the client went away, or that somebody
  stopped it. The exchange has said what to forward by then; only the dialogue knows that it has not left yet.
- What Envoy answers by itself before anything was forwarded (no token, a time-out) comes by here too and passes as it
  is. If there is an exchange, it is told `Gone`.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from sidecar.core.approval.answer import Answer
from sidecar.core.errors import Refused
from sidecar.core.exchange import commands as c
from sidecar.core.exchange import events as e
from sidecar.core.model.block import Block
from sidecar.core.model.http import Headers
from sidecar.extproc import messages as m
from sidecar.extproc.alarm import Alarm
from sidecar.extproc.bodies import answer_body, request_body, unchanged
from sidecar.extproc.credential import Credential
from sidecar.extproc.errand import Errand
from sidecar.extproc.heads import answered, require, waiting
from sidecar.extproc.intake import Intake
from sidecar.extproc.length import Length
from sidecar.extproc.notes import Notes
from sidecar.extproc.onward import Onward
from sidecar.extproc.opened import Opened, began
from sidecar.extproc.phase import Phase
from sidecar.extproc.seat import Exchange, Seat, Send
from sidecar.extproc.sending import Sending
from sidecar.extproc.stop import Broken, Stop


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
        self._length = Length()
        self._alarm = Alarm(seat.clock, self._tick, broken)
        self._asking: Errand[Answer] = Errand(self._settled, broken)
        self._credential = Credential(seat.vault, self._fetched, broken)
        self._stop = Stop(self._turn, self._stopped, broken)
        self._sending = Sending(seat.clock, self._came, broken)
        self._opened: Opened | None = None

    @property
    def over(self) -> bool:
        return self._phase is Phase.OVER

    @property
    def unfinished(self) -> bool:
        """There is an exchange, and it waits for something."""
        return self._exchange is not None and not self._mute

    @property
    def tunnel(self) -> bool:
        return self._phase is Phase.TUNNEL

    @property
    def settled(self) -> bool:
        return self._notes.settled

    async def receive(self, message: m.Inbound) -> None:
        """Handle one message whole, so that the next is not read before: that is the back-pressure."""
        async with self._turn:
            if self.over:
                return
            event = self._intake.event(message, self._seat.clock())
            if self._phase is Phase.FORWARDED and isinstance(event, e.ResponseStarted):
                self._credential.answered(event.head.status)
            if isinstance(event, e.ResponseStarted) and self._begins_by_itself(event):
                self._phase = Phase.LOCAL
                if self._exchange is not None:
                    await self._happen(e.Gone(event.at))
            if self._phase is Phase.LOCAL:
                await self._echo(message)
            elif self._opened is not None:
                await self._enter(self._opened)
            else:
                await self._happen(event)

    def _begins_by_itself(self, event: e.ResponseStarted) -> bool:
        """Envoy answers, and nobody asked for it."""
        return self._phase is Phase.READING or (self._phase is Phase.OPENING and not began(event))

    async def gone(self) -> None:
        """The stream has ended: nothing more can be said, only written down."""
        self._alarm.set(None)
        self._withdraw()
        async with self._turn:
            tell = self.unfinished and not self._dead
            self._phase = Phase.OVER
            if tell:
                await self._happen(e.Gone(self._seat.clock()))

    async def settle(self) -> None:
        """Wait until the facts that nothing waited for are written."""
        self._alarm.set(None)
        await self._notes.settle()

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
            self._withdraw()
        if self._failure is not None:
            raise Broken(self._failure)

    def _withdraw(self) -> None:
        """Nobody waits for anything any more."""
        self._asking.withdraw()
        self._credential.withdraw()
        self._sending.drop()

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
        return await self._notes.take(command, self._seat.clock)

    async def _forward(self, command: c.Forward) -> e.Event | None:
        if self._mute:
            return None
        waits = self._opened is not None and not self._sending.begun
        first_time = self._phase is Phase.READING and self._intake.request.ended
        require(waits or first_time, "Forward out of turn")
        require(not (self._intake.request.bodiless and command.body), "a body for a request without one")
        try:
            credentials = self._credential.given(command, self._intake.token)
        except Refused as refused:
            return e.ForwardFailed(refused, self._seat.clock())
        if credentials is not None:
            await self._let_go(command, credentials)
        return None

    async def _fetched(self, command: c.Forward, came: Headers | Refused) -> None:
        async with self._turn:
            if self._mute:
                return
            if isinstance(came, Refused):
                await self._happen(e.ForwardFailed(came, self._seat.clock()))
            else:
                await self._let_go(command, came)

    async def _let_go(self, command: c.Forward, credentials: Headers) -> None:
        head = self._intake.forwarded(command, credentials, self._seat.secret)
        if self._opened is not None:
            self._sending.begin(self._seat.onward, Onward.of(self._intake.request.headers, head, command.body or b""))
            return
        self._phase = Phase.FORWARDED
        await self._pass(head, command.body or b"")

    async def _pass(self, head: m.Mutation, body: bytes) -> None:
        await self._send(m.PassRequest(head))
        if not self._intake.request.bodiless:
            await self._say(*request_body(body, self._intake.request.trailers))

    async def _open_answer(self, command: c.OpenAnswer) -> None:
        """Envoy begins one by itself, whose words go nowhere."""
        if self._mute:
            return
        require(self._phase is Phase.READING and self._intake.request.ended, "OpenAnswer out of turn")
        self._phase, self._opened = Phase.OPENING, Opened(command.headers)
        await self._pass(waiting(self._seat.secret), b"")

    async def _enter(self, opened: Opened) -> None:
        if self._phase is Phase.OPENING:
            self._phase = Phase.ANSWERING
            await self._send(opened.head(self._intake.answer.headers))
            for command in opened.kept:
                await self._send_answer(command)

    async def _ask_people(self, command: c.Ask) -> None:
        if not self._mute:
            self._asking.begin(self._seat.approvals.ask(command.asked, command.patience))

    async def _respond(self, command: c.Respond) -> None:
        if self._mute:
            return
        # Envoy takes it as long as the head of an answer has not left.
        require(self._phase in {Phase.READING, Phase.FORWARDED}, "Respond out of turn")
        self._phase = Phase.OVER
        # Envoy counts the body itself.
        headers = tuple(h for h in command.headers if h[0] != "content-length")
        await self._send(m.Immediate(command.status, headers, command.body))

    async def _start_answer(self, command: c.StartAnswer) -> None:
        if self._mute:
            return
        answer = self._intake.answer
        require(self._phase is Phase.FORWARDED and answer.started, "StartAnswer out of turn")
        self._phase = self._intake.begins()
        self._length.stated(() if answer.bodiless else command.set)
        await self._send(m.PassResponse(answered(command, answer.headers, answer.bodiless)))

    async def _send_answer(self, command: c.SendAnswer) -> None:
        require(not (self._intake.answer.bodiless and command.data), "a body for an answer without one")
        if self._mute:
            return
        if self._opened is not None and self._phase is Phase.OPENING:
            self._opened.kept.append(command)
            return
        require(self._phase is Phase.ANSWERING, "SendAnswer out of turn")
        self._length.count(len(command.data), command.end)
        if command.end:
            self._phase = Phase.OVER
        if command.data or command.end:
            await self._say(*answer_body(command.data, command.end, self._intake.answer.trailers))

    async def _wake_at(self, command: c.WakeAt) -> None:
        self._alarm.set(None if self._mute else command.at)

    async def _fail(self, command: c.Fail) -> None:
        if not self.over:
            self._phase = Phase.OVER
            self._failure = command.reason

    async def _tick(self) -> None:
        await self._came(e.Tick(self._seat.clock()))

    async def _came(self, event: e.Event) -> None:
        async with self._turn:
            if isinstance(event, e.ResponseStarted):
                self._credential.answered(event.head.status)
            if not self._mute:
                await self._happen(event)

    async def _say(self, *messages: m.Outbound) -> None:
        for message in messages:
            await self._send(message)

    async def _echo(self, message: m.Inbound) -> None:
        await self._say(*unchanged(message))
        if self._intake.answer.ended:
            self._phase = Phase.OVER

    async def _settled(self, answer: Answer) -> None:
        await self._came(e.Settled(answer, self._seat.clock()))

    def look(self) -> None:
        """The blocks have changed: does one stand against this exchange?"""
        if self._exchange is None or self._mute:
            return
        who = self._exchange.who
        block = self._seat.blocks.against(*who) if who is not None else None
        if block is not None and self._exchange.minds(block):
            self._stop.begin(block)

    async def _stopped(self, block: Block) -> None:
        if not self._mute:
            await self._happen(e.Stopped(block, self._seat.clock()))


DOES: Mapping[type, Callable[[Dialogue, Any], Coroutine[Any, Any, e.Event | None]]] = {
    c.Record: Dialogue._record,
    c.Ask: Dialogue._ask_people,
    c.Forward: Dialogue._forward,
    c.OpenAnswer: Dialogue._open_answer,
    c.Respond: Dialogue._respond,
    c.StartAnswer: Dialogue._start_answer,
    c.SendAnswer: Dialogue._send_answer,
    c.WakeAt: Dialogue._wake_at,
    c.Fail: Dialogue._fail,
}
