"""A transcript of one stream: what Envoy says, what we answer, what the exchange hears."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sidecar.core.errors import Code, RecordFull, RecordingFailed, Refused
from sidecar.core.exchange.commands import Command
from sidecar.core.exchange.events import Event
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


class Keys:
    def headers_for(self, connection: str) -> Headers:
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
        self.seat = Seat(
            lambda: self.exchange, self.recorder, Keys(), "s3cret", {"company": ClaimNames()}, lambda: self.now
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
