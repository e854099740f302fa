"""Calls as lines, the newest first, and those that changed since somebody looked.

Rules:
- A line is a call with its answer, if there is one yet; whatever came last of it counts as its change.
- Moments are microseconds since 1970, so that a cursor names its line exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sidecar.record.view.ledger import Ledger

MOST = 60
STRICTER = ("allow", "mask", "hold", "deny")
ANSWERED_WITHIN = 2 * 3600 * 1_000_000  # an answer later than that is seen when the page is loaded again

CHOSEN = """
SELECT
    exchange, toUnixTimestamp64Micro(at), subject, agent, session, connection, if(model = '', endpoint, model), verdict,
    rule, refused, findings
FROM call_facts WHERE {conditions} ORDER BY at DESC, exchange DESC LIMIT {{most:UInt32}}
"""
ANSWERS = """
SELECT
    exchange, toUnixTimestamp64Micro(at), kind, status, verdict, rule, findings,
    input_tokens + cache_read_tokens + cache_write_tokens + output_tokens
FROM answer_facts
WHERE at >= fromUnixTimestamp64Micro({first:Int64}, 'UTC')
    AND at <= fromUnixTimestamp64Micro({last:Int64}, 'UTC') + toIntervalDay(1) AND exchange IN {names:Array(String)}
"""
# What is asked for -> as a condition on `call_facts`.
CONDITIONS = {
    "verdict": (
        "(verdict = {verdict:String} OR ({verdict:String} != 'allow' AND exchange IN "
        "(SELECT exchange FROM answer_facts WHERE verdict = {verdict:String})))"
    ),
    "caller": "subject = {caller:String}",
    "connection": "connection = {connection:String}",
    "before": "(at, exchange) < (fromUnixTimestamp64Micro({before:Int64}, 'UTC'), {name:String})",
    "newer": (
        "at > fromUnixTimestamp64Micro({newer:Int64} - {within:Int64}, 'UTC') AND "
        "(at > fromUnixTimestamp64Micro({newer:Int64}, 'UTC') OR exchange IN "
        "(SELECT exchange FROM answer_facts WHERE at > fromUnixTimestamp64Micro({newer:Int64}, 'UTC')))"
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    exchange: str
    began: int
    changed: int
    subject: str
    agent: str
    session: str
    connection: str
    model: str
    verdict: str
    rule: str
    outcome: str
    status: int
    findings: int
    tokens: int
    seconds: float


def calls(ledger: Ledger, wanted: Mapping[str, object], most: int = MOST) -> Sequence[Line]:
    """`wanted`: verdict, caller, connection; `before` and `name` of the last line known, or `newer`."""
    given = {name: value for name, value in wanted.items() if value is not None}
    conditions = " AND ".join(CONDITIONS[name] for name in CONDITIONS if name in given) or "1"
    values = {**given, "within": ANSWERED_WITHIN, "most": most}
    # The same line may be there twice until the database merges it.
    found = {row[0]: row for row in ledger.rows(CHOSEN.format(conditions=conditions), values)}
    if not found:
        return []
    moments = [row[1] for row in found.values()]
    span = {"first": min(moments), "last": max(moments), "names": list(found)}
    answers = {row[0]: row[1:] for row in ledger.rows(ANSWERS, span)}
    return [_line(row, answers.get(name)) for name, row in found.items()]


def _line(call: Sequence[Any], answer: Sequence[Any] | None) -> Line:
    exchange, began, subject, agent, session, connection, model, verdict, rule, refused, findings = call
    who = (subject, agent, session, connection, model)
    if answer is None:
        outcome = "refused" if refused else "open"
        return Line(exchange, began, began, *who, verdict, rule, outcome, refused, findings, 0, 0.0)
    changed, kind, status, other, other_rule, more, tokens = answer
    if other in STRICTER and STRICTER.index(other) > STRICTER.index(verdict):
        verdict, rule = other, other_rule
    seconds = (changed - began) / 1e6
    return Line(exchange, began, changed, *who, verdict, rule, kind, status, findings + more, tokens, seconds)


def newest(ledger: Ledger) -> int:
    """The moment of the last event of any call; 0 if there is none."""
    rows = ledger.rows(
        "SELECT greatest((SELECT toUnixTimestamp64Micro(max(at)) FROM call_facts), "
        "(SELECT toUnixTimestamp64Micro(max(at)) FROM answer_facts))"
    )
    return max(0, int(rows[0][0]))
