"""What an exchange knows while it runs, and what several of its steps do with that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TypeVar

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.admission import caller_key
from sidecar.core.exchange.answer_record import Times, answer_record
from sidecar.core.exchange.answering import Answering
from sidecar.core.exchange.commands import Command, Forward, Record, Respond, WakeAt
from sidecar.core.exchange.events import RequestStarted
from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.held_call import HeldCall
from sidecar.core.exchange.holding import Holding
from sidecar.core.exchange.mcp.waits import Waits
from sidecar.core.exchange.outcome import Decision, Go, Reply
from sidecar.core.exchange.shape import Shape
from sidecar.core.exchange.stopping import stopped_fact
from sidecar.core.model.block import Block, Target
from sidecar.core.model.caller import Caller
from sidecar.core.wire.claude.answer import Usage
from sidecar.core.wire.claude.endpoints import Endpoint
from sidecar.core.wire.claude.errors import error_response

Outcome = TypeVar("Outcome", Go, Reply)
Commands = Sequence[Command]
PASSED = "passed_unrecorded"
UNRECORDED = "This call cannot be recorded right now, and what cannot be recorded may not pass. Try again later."


class State(Enum):
    NEW = auto()
    READING = auto()
    RECORDING = auto()
    ASKING = auto()
    HOLDING = auto()
    SETTLING = auto()
    REFUSING = auto()
    FORWARDED = auto()
    STREAMING = auto()
    COLLECTING = auto()
    TUNNEL = auto()
    OVER = auto()
    DEAD = auto()


@dataclass(slots=True, repr=False)
class Course:
    """Changed by the steps of the exchange and by nothing else."""

    gate: Gate
    identifier: str
    state: State = State.NEW
    body: bytearray = field(default_factory=bytearray)
    started: RequestStarted | None = None
    decision: Decision | None = None
    holding: Holding | None = None
    shape: Shape = error_response  # how a refusal reads on this connection
    answering: Answering | None = None
    held_call: HeldCall | None = None
    waits: Waits | None = None  # the client waits in an answer that has begun
    quarantined: bool = False
    calls_held: int = 0  # how many tool calls of the answer had to wait for people so far
    off_record: bool = False  # let pass while the record was full: nothing more of it is written down
    times: Times = field(default_factory=lambda: Times(0.0, 0.0, 0.0, 0.0))

    @property
    def who(self) -> tuple[Caller, str] | None:
        """Whose call this is, and on which connection: nothing, or "", as long as it is not known."""
        if self.decision is not None:
            return self.decision.who
        return (self.started.caller, "") if self.started and self.started.caller else None

    def outcome(self, kind: type[Outcome]) -> Outcome:
        outcome = self.decision.outcome if self.decision else None
        if not isinstance(outcome, kind):
            raise TypeError(f"decided {type(outcome).__name__}, not {kind.__name__}")
        return outcome

    def minds(self, block: Block) -> bool:
        """Whether this block ends the exchange. Not the one that its own answer led to: what a rule did not let happen
        was taken out of it already, and it ends as its provider ends it."""
        return not (self.quarantined and block.target is Target.QUARANTINE)

    def current(self) -> Answering:
        if self.answering is None:
            raise RuntimeError("an answer goes on that never started")
        return self.answering

    def held(self) -> Holding:
        if self.holding is None:
            raise RuntimeError("people answered who were never asked")
        return self.holding

    def forward(self, go: Go, body: bytes | None) -> Commands:
        self.state = State.FORWARDED
        return (Forward(go.route.connection.name, go.route.upstream_path, go.remove, go.set, body),)

    def refuse(self, refused: Refused) -> Commands:
        """Tell the client, now that it is recorded."""
        self.state = State.OVER
        return (Respond(*self.shape(refused, self.identifier)),)

    def unrecorded(self) -> Commands:
        return self.refuse(Refused(503, Code.OVERLOADED, UNRECORDED))

    def finish(self, commands: Commands, at: float) -> Commands:
        """The answer is over."""
        self.state = State.OVER
        self.spend(at)
        return (*self.record_answer("answered", {}, at), *commands, WakeAt(None))

    def cut(self, at: float) -> Commands:
        """What became of an exchange that did not come to its end."""
        self.spend(at)
        fact: dict[str, object] = {"exchange": self.identifier, "at": at, "state": self.state.name.lower()}
        return self.record_answer("cut", fact, at) if self.answering else self.note("cut", fact)

    def note(self, kind: str, fact: Mapping[str, object]) -> Commands:
        """Nothing depends on it."""
        return () if self.off_record else (Record(kind, fact, wait=False),)

    def tell(self, records: Sequence[Record]) -> Commands:
        return () if self.off_record else records

    def quarantine(self, at: float) -> Commands:
        """A rule stops the session from now on, once for an answer."""
        answer = self.current()
        verdict, caller = answer.calls.quarantine, answer.context.caller
        if verdict is None or self.quarantined:
            return ()
        self.quarantined = True
        block = self.gate.quarantine.put(caller, verdict, self.identifier, at)
        note = stopped_fact(self.identifier, block, self.state.name.lower(), at, self.gate.rules.compiled)
        return self.note("quarantined", {**note, "rule": verdict.rule, "policy_name": verdict.policy})

    def record_answer(self, kind: str, fact: Mapping[str, object], at: float) -> Commands:
        answer = self.current()
        if self.off_record:
            return ()
        told, parts = answer_record(answer, self.times, at)
        original = answer.original if self.gate.keep_originals else None
        return (Record(kind, {**fact, **answer.fact(at), **told}, wait=False, parts=parts, original=original),)

    def spend(self, at: float) -> None:
        """What the provider counted, also for an answer that nobody waited for."""
        if self.answering is None or self.answering.usage == Usage():
            return
        context, used = self.answering.context, self.answering.usage
        caller, path = caller_key(context.caller), self.outcome(Go).route.upstream_path.partition("?")[0]
        a_batch = context.endpoint is Endpoint.BATCH_RESULTS
        if not a_batch or self.gate.counted.first_time(f"{caller}\n{path}"):
            written, cached = used.cache_creation_input_tokens, used.cache_read_input_tokens
            tokens = (used.input_tokens + written, used.output_tokens, cached)
            model = str((self.decision.fact.get("model") if self.decision else None) or "")
            self.gate.ledger.spend(caller, used.input_tokens, used.output_tokens, at, model=model, priced=tokens)
            memory = context.session.memory
            memory.remember_use(memory.use.spent(model, tokens))
