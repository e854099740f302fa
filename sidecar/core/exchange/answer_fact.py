"""What the record is told of any answer that no model gave."""

from sidecar.core.exchange import fact
from sidecar.core.exchange.context import AnswerContext
from sidecar.core.exchange.desk import Judged
from sidecar.core.model.http import Headers, ResponseHead, first
from sidecar.core.model.scanned import Scanned
from sidecar.core.wire.claude.answer import Usage


def answer_fact(
    context: AnswerContext,
    head: ResponseHead,
    judged: Judged,
    seconds: float,
    *,
    complete: bool,
    broken: str | None,
    scanned: Scanned,
) -> dict[str, object]:
    """In the same words as that of a model."""
    return {
        "exchange": context.exchange,
        "connection": context.connection,
        "status": head.status,
        "verdict": judged.verdict.action.name.lower(),
        "rule": judged.verdict.rule,
        **fact.findings_facts(judged.findings, context.session.court.rules.compiled),
        "usage": fact.usage_fact(Usage()),
        "seconds": round(seconds, 6),
        "held_characters": 0,
        "stop_reason": None,
        "complete": complete,
        "broken": broken,
        "scanned": fact.scanned_fact(scanned),
    }


def type_of(headers: Headers) -> str:
    """The bare content type of an answer."""
    return (first(headers, "content-type") or "").partition(";")[0].strip().lower()
