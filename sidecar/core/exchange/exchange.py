"""One HTTP request and its answer: the states, what may happen in each, and what is asked of the world.

    NEW ─► READING ─► RECORDING ─────────────────► FORWARDED ─► STREAMING ─► OVER
              │           ├─► ASKING ─► HOLDING ─► SETTLING ─┘  └─► COLLECTING ──► OVER
              │           │      ▲                    ├── (one more question) ─► ASKING
              └───────────┴─► REFUSING ─► OVER        └─► OVER  └─► TUNNEL ──────► OVER

A call that rules hold is asked about before it is forwarded: that people are asked is recorded (ASKING), they think
(HOLDING), what they said is recorded (SETTLING).

A client that can hear so is told that it waits, in an answer that begins before the call is forwarded: see `waiting`.

A request that left HTTP for a WebSocket is in TUNNEL as long as that is open: see `plain.upgraded`.

So it is with a tool call of an answer, which waits within STREAMING and COLLECTING while the answer goes on: see
`steps_of_calls`.

Rules:
- Nothing is forwarded, and nothing is answered, before its fact is recorded: only `Recorded` leads out of
  RECORDING, REFUSING, ASKING and SETTLING.
- Whoever is stopped by people is told so in every state: refused as long as nothing was answered, else the answer ends.
- What the table does not name cannot happen: the exchange is dead from then on and the stream is failed.
- After any error the object is dead; nothing half-alive lets a byte through.
- Whatever ends an exchange is recorded, also that somebody went away.
"""

from collections.abc import Callable, Mapping, Sequence

from sidecar.core.exchange import steps_of_answer as answer
from sidecar.core.exchange import steps_of_calls as calls
from sidecar.core.exchange import steps_of_ending as ending
from sidecar.core.exchange import steps_of_people as people
from sidecar.core.exchange import steps_of_request as request
from sidecar.core.exchange import steps_of_tunnel as tunnel
from sidecar.core.exchange.commands import Command, Fail
from sidecar.core.exchange.course import UNRECORDED, Course, State
from sidecar.core.exchange.events import (
    Event,
    ForwardFailed,
    Gone,
    Recorded,
    RequestChunk,
    RequestStarted,
    ResponseChunk,
    ResponseStarted,
    Settled,
    Stopped,
    Tick,
)
from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.waiting import turned
from sidecar.core.model.block import Block
from sidecar.core.model.caller import Caller

__all__ = ["STEPS", "UNRECORDED", "Exchange", "State"]


class Exchange:
    """`receive` takes one event and returns the commands that follow from it, in order."""

    def __init__(self, gate: Gate, identifier: str) -> None:
        self.identifier = identifier
        self._course = Course(gate, identifier)

    @property
    def state(self) -> State:
        return self._course.state

    @property
    def who(self) -> tuple[Caller, str] | None:
        """Whose call this is, and on which connection: nothing, or "", as long as it is not known."""
        return self._course.who

    def minds(self, block: Block) -> bool:
        """Whether this block ends it."""
        return self._course.minds(block)

    def receive(self, event: Event) -> Sequence[Command]:
        course = self._course
        if course.state in (State.OVER, State.DEAD) or (isinstance(event, Stopped) and not course.minds(event.block)):
            return ()
        step = STEPS.get((course.state, type(event)))
        if step is None:
            course.state, was = State.DEAD, course.state
            return (Fail(f"{type(event).__name__} in state {was.name}"),)
        try:
            commands = step(course, event)
            return commands if course.waits is None else turned(course.waits, commands, course.answering)
        except Exception:
            course.state = State.DEAD
            raise


Step = Callable[..., Sequence[Command]]

# What may happen in which state. What comes in may still be on its way when a refusal is already being recorded, people
# may answer who need not answer any more, and a clock may strike that was set for what is over.
STEPS: Mapping[tuple[State, type], Step] = {
    (State.NEW, RequestStarted): request.begin,
    (State.NEW, Gone): ending.gone,
    (State.NEW, Stopped): ending.ignored,
    (State.READING, RequestChunk): request.read,
    (State.READING, Gone): ending.gone,
    (State.READING, Stopped): ending.stopped_reading,
    (State.RECORDING, Recorded): request.recorded_go,
    (State.RECORDING, Gone): ending.gone,
    (State.RECORDING, Stopped): ending.stopped_recording,
    (State.ASKING, Recorded): people.asked,
    (State.ASKING, Tick): ending.ignored,
    (State.ASKING, Gone): ending.gone,
    (State.ASKING, Stopped): ending.stopped_recording,
    (State.HOLDING, Settled): people.settled,
    (State.HOLDING, Tick): people.tick,
    (State.HOLDING, Gone): ending.gone,
    (State.HOLDING, Stopped): ending.stopped_holding,
    (State.SETTLING, Recorded): people.recorded,
    (State.SETTLING, Settled): ending.ignored,
    (State.SETTLING, Tick): ending.ignored,
    (State.SETTLING, Gone): ending.gone,
    (State.SETTLING, Stopped): ending.stopped_recording,
    (State.REFUSING, Recorded): request.recorded_end,
    (State.REFUSING, RequestChunk): ending.ignored,
    (State.REFUSING, Settled): ending.ignored,
    (State.REFUSING, ForwardFailed): ending.ignored,
    (State.REFUSING, ResponseStarted): ending.ignored,
    (State.REFUSING, ResponseChunk): ending.ignored,
    (State.REFUSING, Tick): ending.ignored,
    (State.REFUSING, Gone): ending.gone,
    (State.REFUSING, Stopped): ending.ignored,
    (State.FORWARDED, ForwardFailed): request.forward_failed,
    (State.FORWARDED, ResponseStarted): answer.started,
    (State.FORWARDED, Tick): ending.ignored,
    (State.FORWARDED, Gone): ending.gone,
    (State.FORWARDED, Stopped): ending.stopped_forwarded,
    (State.STREAMING, ResponseChunk): answer.chunk,
    (State.STREAMING, Recorded): calls.recorded,
    (State.STREAMING, Settled): calls.settled,
    (State.STREAMING, Tick): answer.tick,
    (State.STREAMING, Gone): ending.gone,
    (State.STREAMING, Stopped): ending.stopped_streaming,
    (State.COLLECTING, ResponseChunk): answer.chunk,
    (State.COLLECTING, Recorded): calls.recorded,
    (State.COLLECTING, Settled): calls.settled,
    (State.COLLECTING, Tick): ending.ignored,
    (State.COLLECTING, Gone): ending.gone,
    (State.COLLECTING, Stopped): ending.stopped_forwarded,
    (State.TUNNEL, Tick): tunnel.tick,
    (State.TUNNEL, Gone): ending.gone,
    (State.TUNNEL, Stopped): tunnel.stopped,
}
