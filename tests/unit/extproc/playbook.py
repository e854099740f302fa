"""A transcript of one stream: what Envoy says, what we answer, what the exchange hears."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sidecar.core.approval.answer import Answer, Outcome
from sidecar.core.approval.asked import Asked
from sidecar.core.errors import Code, RecordFull, RecordingFailed, Refused
from sidecar.core.exchange.commands import Command
from sidecar.core.exchange.events import Event
from sidecar.core.model.block import Block, Target
from sidecar.core.model.caller import Caller
from sidecar.core.model.http import Headers
from sidecar.extproc import messages as m
from sidecar.extproc.dialogue import Dialogue
from sidecar.extproc.identity import ClaimNames
from sidecar.extproc.seat import NO_PARTS, Parts, Seat

POST = ((":method", "POST"), (":path", "/v1/messages?beta=true"), ("authorization", "Bearer t"), ("accept", "*/*"))
OK = ((":status", "200"), ("content-type", "application/json"), ("content-length", "12"))
CLAIMS = {"company": {"sub": "ada", "groups": ("engineering",)}}
KEY = (("x-api-key", "upstream-key"),)

Answers = Mapping[type, Callable[[object], Sequence[Command]]]


class Scripted:
    """An exchange that answers each kind of event as the table says, and remembers what it heard."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self.heard: list[Event] = []
        self.who: tuple[Caller, str] | None = (Caller("ada", "company"), "claude")
        self.heedless: tuple[Target, ...] = ()

    def minds(self, block: Block) -> bool:
        return block.target not in self.heedless

    def receive(self, event: Event) -> Sequence[Command]:
        self.heard.append(event)
        return self._answers.get(type(event), lambda _: ())(event)


@dataclass
class Record:
    facts: list[str] = field(default_factory=list)
    broken: bool = False
    full: bool = False
    gate: asyncio.Event | None = None
    parts: dict[str, bytes] = field(default_factory=dict)

    async def record(self, kind: str, fact: Mapping[str, object], parts: Parts = NO_PARTS) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.full:
            raise RecordFull("no room")
        if self.broken:
            raise RecordingFailed("the disk is full")
        self.facts.append(kind)
        self.parts.update(parts)


class People:
    """Whoever is asked answers when the test says so. `asks`: the names of what is open."""

    def __init__(self) -> None:
        self.asks: dict[str, asyncio.Future[Answer]] = {}
        self.withdrawn: list[str] = []

    async def ask(self, asked: Asked, patience: float) -> Answer:
        answer = self.asks[asked.id] = asyncio.get_running_loop().create_future()
        try:
            done, _ = await asyncio.wait((answer,), timeout=patience)
            return answer.result() if done else Answer(Outcome.WAITING)
        except asyncio.CancelledError:
            self.withdrawn.append(asked.id)
            raise
        finally:
            del self.asks[asked.id]


class Stops:
    """Blocks that the test puts."""

    def __init__(self) -> None:
        self.block: Block | None = None
        self.watching: list[Callable[[], None]] = []

    def against(self, caller: Caller, connection: str) -> Block | None:
        return self.block if self.block is not None and self.block.stops(caller, connection) else None

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        self.watching.append(changed)
        return lambda: self.watching.remove(changed)

    def put(self, block: Block | None) -> None:
        self.block = block
        for changed in tuple(self.watching):
            changed()


class Keys:
    def headers_for(self, connection: str, token: str | None) -> Headers:
        if connection != "claude":
            raise Refused(500, Code.API, f"no credential for {connection}")
        return KEY


@dataclass
class Stage:
    """Everything around one dialogue."""

    answers: Answers
    recorder: Record = field(default_factory=Record)
    now: float = 100.0
    said: list[m.Outbound] = field(default_factory=list)
    broken: list[BaseException] = field(default_factory=list)
    spoke: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.exchange = Scripted(self.answers)
        self.people, self.stops = People(), Stops()
        self.seat = Seat(
            lambda: self.exchange,
            self.recorder,
            Keys(),
            "s3cret",
            {"company": ClaimNames()},
            lambda: self.now,
            self.people,
            self.stops,
        )
        self.dialogue = Dialogue(self.seat, self._send, self._broke)

    async def _send(self, message: m.Outbound) -> None:
        self.said.append(message)
        self.spoke.set()

    def _broke(self, error: BaseException) -> None:
        self.broken.append(error)
        self.spoke.set()

    async def tell(self, *messages: m.Inbound) -> list[m.Outbound]:
        """What is said in answer to these messages."""
        self.said.clear()
        for message in messages:
            await self.dialogue.receive(message)
        return list(self.said)

    @property
    def heard(self) -> list[str]:
        return [type(event).__name__ for event in self.exchange.heard]


def request(body: bytes = b"{}", headers: Headers = POST) -> tuple[m.Inbound, ...]:
    return (m.RequestHeaders(headers, False, CLAIMS), m.RequestBody(body, True))
