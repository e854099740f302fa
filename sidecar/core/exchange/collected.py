"""An answer that is held until it is whole and every call in it decided."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange import fact
from sidecar.core.exchange.answer_body import FORGOTTEN, AnswerBody
from sidecar.core.exchange.answer_head import OF_THE_BYTES, SENT_ON, named, sends_on
from sidecar.core.exchange.answer_record import answer_fact, storable_word
from sidecar.core.exchange.call_record import call_records
from sidecar.core.exchange.calls import Calls
from sidecar.core.exchange.commands import Command, Record, SendAnswer, StartAnswer
from sidecar.core.exchange.context import AnswerContext
from sidecar.core.exchange.desk import Judged
from sidecar.core.model.http import ResponseHead
from sidecar.core.model.scanned import Scan, Scanned
from sidecar.core.wire.claude.answer import Usage
from sidecar.core.wire.claude.errors import error_response
from sidecar.core.wire.json_strings import JsonValue

UNREAD = "the gate could not read it, and passed nothing of it on"
CUT_SHORT = "it ended before it was whole, and nothing of it was passed on"
LOCATION = "location"
# How the provider names what is wrong with a signed block whose past changed.
ABOUT_THE_PAST = re.compile(rb"signature|thinking", re.IGNORECASE)


@dataclass(slots=True, repr=False)
class Collected:
    context: AnswerContext
    head: ResponseHead
    at: float
    body: AnswerBody
    streams: bool = False
    _refused: Refused | None = field(default=None)
    _ended: bool = field(default=False)

    @property
    def judged(self) -> Judged:
        return self.body.judged

    @property
    def scanned(self) -> Scanned:
        if self._ended and (self._refused is None or self.body.said is not None):
            return self.body.scanned
        return Scanned(Scan.NOT, (UNREAD if self._ended else CUT_SHORT,))

    @property
    def held_seconds(self) -> float:
        return 0.0

    @property
    def original(self) -> bytes:
        return self.body.plain

    def said(self) -> JsonValue:
        return self.body.said

    def timing(self) -> JsonValue:
        return None

    @property
    def usage(self) -> Usage:
        return self.body.usage

    @property
    def wake_at(self) -> float | None:
        return None

    def start(self) -> Command:
        """For an answer without a body: its head as it is."""
        self._ended = True
        if sends_on(self.head):
            self._refused = _elsewhere()
            return StartAnswer((LOCATION,), named(self.context), self._refused.status)
        return StartAnswer((), named(self.context))

    def feed(self, data: bytes, at: float) -> bytes:  # noqa: ARG002  (an answer that is held needs no clock)
        try:
            if self._refused is None:
                self.body.feed(data)
        except Refused as refused:
            self._refused = refused
        return b""

    def end(self, at: float, pending: bytes) -> Sequence[Command]:  # noqa: ARG002
        self._ended = True
        try:
            if self._refused is not None or sends_on(self.head):
                raise self._refused or _elsewhere()
            self.body.judge()
            return () if self.body.waits else self._whole()
        except Refused as refused:
            self._refused = refused
            return self._error(refused)

    def decided(self, at: float) -> Sequence[Command]:  # noqa: ARG002
        if self.body.waits:
            return ()
        try:
            return self._whole()
        except Refused as refused:
            self._refused = refused
            return self._error(refused)

    @property
    def calls(self) -> Calls:
        return self.body.calls

    @property
    def delivered(self) -> bool:
        return False  # it leaves when it is whole

    @property
    def over(self) -> bool:
        return self._ended

    @property
    def waits(self) -> bool:
        return self._refused is None and self.body.waits

    def _whole(self) -> Sequence[Command]:
        """All of it as it may leave, or `Refused`."""
        body = self.body.end()
        if self.head.status == 400 and self.context.uncertain_past and ABOUT_THE_PAST.search(body):
            return self._error(_forgotten(body))
        length = ("content-length", str(len(body)))
        return (StartAnswer(OF_THE_BYTES, (*named(self.context), length)), SendAnswer(body, end=True))

    def tick(self, at: float) -> bytes:  # noqa: ARG002
        return b""

    def told(self, at: float) -> Sequence[Record]:
        return call_records(self.context, self.judged, self.body.calls.told(), at)

    def stop(self, refused: Refused) -> bytes:
        self._refused = refused
        return b""

    def fact(self, at: float) -> dict[str, object]:
        return {
            **answer_fact(self.context, self.head, self.body.calls, self.body.usage, at - self.at),
            "held_characters": 0,
            "stop_reason": storable_word(self.context, self.body.stop_reason),
            "complete": self._ended and self._refused is None,
            "broken": self._refused.message if self._refused else None,
            "scanned": fact.scanned_fact(self.scanned),
        }

    def _error(self, refused: Refused) -> Sequence[Command]:
        status, headers, body = error_response(refused, self.context.exchange)
        told = tuple(name for name, _ in self.head.headers if name.startswith("x-should"))
        return (StartAnswer((*OF_THE_BYTES, LOCATION, *told), headers, status), SendAnswer(body, end=True))


def _elsewhere() -> Refused:
    return Refused(502, Code.API, f"{SENT_ON}.")


def _forgotten(body: bytes) -> Refused:
    from_provider = body.decode(errors="replace")[:500]
    return Refused(400, Code.INVALID_REQUEST, FORGOTTEN + from_provider)
