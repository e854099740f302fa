"""What is written down of an answer besides its verdict: what was said and when, what took how long, what was seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sidecar.core.detect.compiled import Compiled
from sidecar.core.exchange import fact
from sidecar.core.exchange.calls import Calls
from sidecar.core.exchange.context import AnswerContext
from sidecar.core.exchange.desk import Judged
from sidecar.core.exchange.transcript import Draft
from sidecar.core.exchange.veil import Veil
from sidecar.core.model.http import ResponseHead
from sidecar.core.model.scanned import Scan, Scanned
from sidecar.core.policy.judge import severest
from sidecar.core.wire.claude.answer import Usage
from sidecar.core.wire.json_strings import JsonValue


class Said(Protocol):
    """An answer, as far as it came."""

    context: AnswerContext

    @property
    def judged(self) -> Judged: ...
    @property
    def scanned(self) -> Scanned: ...
    @property
    def held_seconds(self) -> float: ...
    def said(self) -> JsonValue:
        """The provider's own words, unmasked; nothing if there were none."""

    def timing(self) -> JsonValue:
        """When each delta came; nothing for what came in one piece."""


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds on the exchange's clock: its head came, its body was whole, it was forwarded, the answer's head came.
    `human`: how many of them people took to decide."""

    began: float
    whole: float
    forwarded: float
    answered: float
    human: float = 0.0

    def latency(self, at: float, held: float) -> fact.Fact:
        """In milliseconds. `gate`: from the whole request to its forwarding, which is judging and recording, less the
        time that people took. `held`: for how long, in sum, something of the answer waited here for its verdict while
        more of it came."""
        return {
            "receiving_ms": _milliseconds(self.whole - self.began),
            "gate_ms": _milliseconds(self.forwarded - self.whole - self.human),
            "first_byte_ms": _milliseconds(self.answered - self.forwarded),
            "upstream_ms": _milliseconds(at - self.forwarded),
            "held_ms": _milliseconds(held),
            "human_ms": _milliseconds(self.human),
        }


def answer_record(answer: Said, times: Times, at: float) -> tuple[dict[str, object], Mapping[str, bytes]]:
    """The fields that a fact gets, and the parts they name."""
    session = answer.context.session
    fields: dict[str, object] = {"latency": times.latency(at, answer.held_seconds), "answer": None}
    said = answer.said()
    scanned, parts = answer.scanned, {}
    if said is not None:
        veil = Veil(session.court.rules, session.placeholders, session.memory, answer.judged.masked)
        draft = Draft(veil, session.court.rules.key, at)
        timing = answer.timing()
        named = draft.part(timing) if timing is not None else None
        written = draft.transcript(said)
        parts = dict(written.parts)
        fields["answer"] = {"outline": written.outline, "timing": named["part"] if isinstance(named, dict) else None}
        if written.unscanned and scanned.extent in (Scan.WHOLE, Scan.PARTLY):
            scanned = Scanned(Scan.PARTLY, (*scanned.why, *written.unscanned))
    return fields | {"scanned": fact.scanned_fact(scanned)}, parts


def settled(compiled: Compiled, text: str) -> str:
    """A text that has not ended, without what may be the beginning of a secret at its end."""
    data = text.encode("utf-8", "surrogatepass")
    return data[: compiled.held_from(data)].decode("utf-8", "ignore")


def _milliseconds(seconds: float) -> float:
    return round(max(0.0, 1000 * seconds), 3)


def storable_word(context: AnswerContext, word: str | None) -> str | None:
    return fact.storable(word, context.session.court.rules.compiled)


def answer_fact(
    context: AnswerContext, head: ResponseHead, calls: Calls, usage: Usage, seconds: float
) -> dict[str, object]:
    """What every answer has; the verdict is the strictest, also on a call with which it went on all the same."""
    judged = calls.judged
    verdict = severest((judged.verdict, calls.verdict))
    return {
        "exchange": context.exchange,
        "connection": context.connection,
        "status": head.status,
        "verdict": verdict.action.name.lower(),
        "rule": verdict.rule,
        **fact.findings_facts(judged.findings, context.session.court.rules.compiled),
        "usage": fact.usage_fact(usage),
        "seconds": round(seconds, 6),
    }
