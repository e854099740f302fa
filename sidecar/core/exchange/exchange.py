"""One HTTP request and its answer: the states, what may happen in each, and what is asked of the world.

    NEW ─► READING ─► RECORDING ─► FORWARDED ─► STREAMING ─► OVER
              │           │             └─────► COLLECTING ──► OVER
              └───────────┴─► REFUSING ─► OVER

Rules:
- Nothing is forwarded, and nothing is answered, before its fact is recorded: only `Recorded` leads out of
  RECORDING and REFUSING.
- What the table does not name cannot happen: the exchange is dead from then on and the stream is failed.
- After any error the object is dead; nothing half-alive lets a byte through.
- Whatever ends an exchange is recorded, also that somebody went away.
- At the limit of the record a call passes only if every policy for it says so, and once it is recorded that calls
  pass. From then on nothing of it is: what room is left is for the ends of calls that were recorded.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import Enum, auto
from typing import TypeVar

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.answer_record import Times, answer_record
from sidecar.core.exchange.answering import Answering, answering
from sidecar.core.exchange.commands import Command, Fail, Forward, Record, Respond, SendAnswer, WakeAt
from sidecar.core.exchange.decide import Arrived, Decision, Go, Reply, caller_key, decide
from sidecar.core.exchange.events import (
    Event,
    ForwardFailed,
    Gone,
    Recorded,
    RequestChunk,
    RequestStarted,
    ResponseChunk,
    ResponseStarted,
    Tick,
)
from sidecar.core.exchange.gate import Gate
from sidecar.core.model.http import first
from sidecar.core.wire.claude.answer import Usage
from sidecar.core.wire.claude.endpoints import Endpoint
from sidecar.core.wire.claude.errors import error_response

Outcome = TypeVar("Outcome", Go, Reply)
PASSED = "passed_unrecorded"
UNRECORDED = "This call cannot be recorded right now, and what cannot be recorded may not pass. Try again later."


class State(Enum):
    NEW = auto()
    READING = auto()
    RECORDING = auto()
    REFUSING = auto()
    FORWARDED = auto()
    STREAMING = auto()
    COLLECTING = auto()
    OVER = auto()
    DEAD = auto()


class Exchange:
    """`receive` takes one event and returns the commands that follow from it, in order."""

    def __init__(self, gate: Gate, identifier: str) -> None:
        self.state = State.NEW
        self.identifier = identifier
        self._gate = gate
        self._body = bytearray()
        self._started: RequestStarted | None = None
        self._decision: Decision | None = None
        self._answering: Answering | None = None
        self._times = Times(0.0, 0.0, 0.0, 0.0)
        self._unrecorded = False

    def receive(self, event: Event) -> Sequence[Command]:
        if self.state in (State.OVER, State.DEAD):
            return ()
        step = STEPS.get((self.state, type(event)))
        if step is None:
            self.state, was = State.DEAD, self.state
            return (Fail(f"{type(event).__name__} in state {was.name}"),)
        try:
            return step(self, event)
        except Exception:
            self.state = State.DEAD
            raise

    # The request

    def _begin(self, event: RequestStarted) -> Sequence[Command]:
        self._started = event
        self.state = State.READING
        declared = first(event.head.headers, "content-length") or ""
        # More digits than any length has are a length too, and `int` would refuse thousands of them.
        if declared.isdecimal() and (len(declared) > 20 or int(declared) > self._gate.body_limit):
            return self._refuse(self._too_large(), event.at)
        return self._decide(event.at, None) if event.end else ()

    def _read(self, event: RequestChunk) -> Sequence[Command]:
        if len(self._body) + len(event.data) > self._gate.body_limit:
            self._body.clear()
            return self._refuse(self._too_large(), event.at)
        self._body += event.data
        if not event.end:
            return ()
        body, self._body = bytes(self._body), bytearray()
        return self._decide(event.at, body)

    def _decide(self, at: float, body: bytes | None) -> Sequence[Command]:
        return self._concluded(decide(self._gate, self._arrived(at, body)))

    def _refuse(self, refused: Refused, at: float) -> Sequence[Command]:
        return self._concluded(decide(self._gate, self._arrived(at, None), refused))

    def _concluded(self, decision: Decision) -> Sequence[Command]:
        self._decision = decision
        self.state = State.RECORDING if isinstance(decision.outcome, Go) else State.REFUSING
        written = decision.written
        if written is None:
            return (Record("decided", decision.fact),)
        return (Record("decided", decision.fact, parts=written.transcript.parts, original=written.original),)

    def _arrived(self, at: float, body: bytes | None) -> Arrived:
        if self._started is None:
            raise RuntimeError("a request is decided before it started")
        self._times = replace(self._times, began=self._started.at, whole=at)
        return Arrived(self.identifier, self._started.head, self._started.caller, body, at)

    def _too_large(self) -> Refused:
        limit = self._gate.body_limit >> 20
        return Refused(413, Code.TOO_LARGE, f"The request is larger than the {limit} MiB this gate accepts.")

    # The verdict is on disk, or not

    def _recorded_go(self, event: Recorded) -> Sequence[Command]:
        go = self._outcome(Go)
        if event.failed is not None:
            return self._without_record(go, event)
        self._remember()
        self._times = replace(self._times, forwarded=event.at)
        self.state = State.FORWARDED
        return (Forward(go.route.connection.name, go.route.upstream_path, go.remove, go.set, go.body),)

    def _without_record(self, go: Go, event: Recorded) -> Sequence[Command]:
        """That it passes is recorded before it does; what cannot even be told of so is refused like any other."""
        policies = self._decision.unrecorded if self._decision else ()
        if not event.full or not policies or self._unrecorded:
            return self._answer_refusal(Refused(503, Code.OVERLOADED, UNRECORDED))
        self._unrecorded = True
        return (Record(PASSED, {"connection": go.route.connection.name, "policies": list(policies)}),)

    def _recorded_end(self, event: Recorded) -> Sequence[Command]:
        if self._decision is None:
            raise RuntimeError("recorded before decided")
        if event.failed is not None:
            return self._answer_refusal(Refused(503, Code.OVERLOADED, UNRECORDED))
        self._remember()
        if isinstance(self._decision.outcome, Refused):
            return self._answer_refusal(self._decision.outcome)
        reply = self._outcome(Reply)
        self.state = State.OVER
        return (Respond(200, reply.headers, reply.body),)

    def _remember(self) -> None:
        """What is written down by now need not be written down again."""
        if self._decision is not None and self._decision.written is not None and not self._unrecorded:
            self._decision.written.recorded()

    def _answer_refusal(self, refused: Refused) -> Sequence[Command]:
        self.state = State.OVER
        return (Respond(*error_response(refused, self.identifier)),)

    def _forward_failed(self, event: ForwardFailed) -> Sequence[Command]:
        fact = {"exchange": self.identifier, "at": event.at, "why": event.refused.message}
        return (
            *self._unless_unrecorded(Record("not_forwarded", fact, wait=False)),
            *self._answer_refusal(event.refused),
        )

    # The answer

    def _answer_started(self, event: ResponseStarted) -> Sequence[Command]:
        go = self._outcome(Go)
        self._times = replace(self._times, answered=event.at)
        self._answering = answering(go.answer, event.head, event.at, self._times.forwarded)
        if event.end:
            return self._finish((self._answering.start(),), event.at)
        self.state = State.STREAMING if self._answering.streams else State.COLLECTING
        return (self._answering.start(),) if self._answering.streams else ()

    def _answer_chunk(self, event: ResponseChunk) -> Sequence[Command]:
        answer = self._current()
        out = answer.feed(event.data, event.at)
        if event.end:
            return self._finish(answer.end(event.at, out), event.at)
        sent = (SendAnswer(out),) if out else ()
        return (*sent, WakeAt(answer.wake_at)) if answer.streams else sent

    def _tick(self, event: Tick) -> Sequence[Command]:
        answer = self._current()
        out = answer.tick(event.at)
        return (*((SendAnswer(out),) if out else ()), WakeAt(answer.wake_at))

    def _finish(self, commands: Sequence[Command], at: float) -> Sequence[Command]:
        self.state = State.OVER
        self._spent(at)
        return (*self._record_answer("answered", {}, at), *commands, WakeAt(None))

    def _record_answer(self, kind: str, fact: Mapping[str, object], at: float) -> Sequence[Command]:
        answer = self._current()
        if self._unrecorded:
            return ()
        told, parts = answer_record(answer, self._times, at)
        original = answer.original if self._gate.keep_originals else None
        return (Record(kind, {**fact, **answer.fact(at), **told}, wait=False, parts=parts, original=original),)

    def _unless_unrecorded(self, record: Record) -> Sequence[Command]:
        return () if self._unrecorded else (record,)

    # Somebody went away

    def _gone(self, event: Gone) -> Sequence[Command]:
        was, self.state = self.state, State.OVER
        self._spent(event.at)
        fact: dict[str, object] = {"exchange": self.identifier, "at": event.at, "state": was.name.lower()}
        if self._answering is not None:
            return (*self._record_answer("cut", fact, event.at), WakeAt(None))
        return (*self._unless_unrecorded(Record("cut", fact, wait=False)), WakeAt(None))

    def _spent(self, at: float) -> None:
        """What the provider counted, also for an answer that nobody waited for."""
        if self._answering is None or self._answering.usage == Usage():
            return
        go, used = self._outcome(Go), self._answering.usage
        caller = caller_key(go.answer.caller)
        a_batch = go.answer.endpoint is Endpoint.BATCH_RESULTS
        if not a_batch or self._gate.counted.first_time(f"{caller}\n{go.route.upstream_path.partition('?')[0]}"):
            self._gate.ledger.spend(caller, used.input_tokens, used.output_tokens, at)

    def _ignored(self, _: Event) -> Sequence[Command]:
        return ()

    def _current(self) -> Answering:
        if self._answering is None:
            raise RuntimeError("an answer goes on that never started")
        return self._answering

    def _outcome(self, kind: type[Outcome]) -> Outcome:
        outcome = self._decision.outcome if self._decision else None
        if not isinstance(outcome, kind):
            raise TypeError(f"decided {type(outcome).__name__}, not {kind.__name__}")
        return outcome


Step = Callable[..., Sequence[Command]]

# What may happen in which state. A request chunk may still be on its way when the refusal is already being recorded.
STEPS: dict[tuple[State, type], Step] = {
    (State.NEW, RequestStarted): Exchange._begin,
    (State.NEW, Gone): Exchange._gone,
    (State.READING, RequestChunk): Exchange._read,
    (State.READING, Gone): Exchange._gone,
    (State.RECORDING, Recorded): Exchange._recorded_go,
    (State.RECORDING, Gone): Exchange._gone,
    (State.REFUSING, Recorded): Exchange._recorded_end,
    (State.REFUSING, RequestChunk): Exchange._ignored,
    (State.REFUSING, Gone): Exchange._gone,
    (State.FORWARDED, ForwardFailed): Exchange._forward_failed,
    (State.FORWARDED, ResponseStarted): Exchange._answer_started,
    (State.FORWARDED, Gone): Exchange._gone,
    (State.STREAMING, ResponseChunk): Exchange._answer_chunk,
    (State.STREAMING, Tick): Exchange._tick,
    (State.STREAMING, Gone): Exchange._gone,
    (State.COLLECTING, ResponseChunk): Exchange._answer_chunk,
    (State.COLLECTING, Gone): Exchange._gone,
}
