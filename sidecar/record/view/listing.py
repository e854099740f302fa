"""Sessions as lines, the newest first, in pages.

Strategy: which ones are on a page is decided by one line a session; what is said of those is counted from their calls,
which lie beside each other in the order of time.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sidecar.record.sessions import CONTAINING
from sidecar.record.view.ledger import Ledger

MOST = 40
PRICES = """(
    SELECT groupArray((pattern, input, output, cache_read, cache_write))
    FROM (SELECT * FROM prices FINAL WHERE version = (SELECT max(version) FROM prices) ORDER BY place)
)"""
CHOSEN = """
SELECT session, min(began) AS first, max(ended) AS last, any(subject), any(agent)
FROM session_facts {where}
GROUP BY session {having}
ORDER BY first DESC, session DESC LIMIT {{most:UInt32}}
"""
# On `session_facts`, whose lines may not be merged yet: conditions on times stand after the merging.
CONDITIONS = {
    "caller": "subject = {caller:String}",
    "connection": "has(connections, {connection:String})",
    "verdict": (
        "(has(verdicts, {verdict:String}) OR session IN (SELECT session FROM call_facts WHERE exchange IN "
        "(SELECT exchange FROM answer_facts WHERE verdict = {verdict:String} AND verdict != 'allow')))"
    ),
    "text": f"session IN ({CONTAINING})",
}
HAVING = {
    "since": "last >= fromUnixTimestamp64Micro({since:Int64}, 'UTC')",
    "until": "first <= fromUnixTimestamp64Micro({until:Int64}, 'UTC')",
    "before": "(first, session) < (fromUnixTimestamp64Micro({before:Int64}, 'UTC'), {name:String})",
}
COUNTS = f"""
WITH
    c AS (
        SELECT exchange, any(session) AS session, any(model) AS model, any(verdict) AS verdict, any(findings) AS found
        FROM call_facts AS f
        WHERE at >= fromUnixTimestamp64Micro({{begin:Int64}}, 'UTC')
            AND at <= fromUnixTimestamp64Micro({{end:Int64}}, 'UTC')
            AND f.session IN {{sessions:Array(String)}}
        GROUP BY exchange
    ),
    a AS (
        SELECT exchange, any(verdict) AS verdict, any(findings) AS found, any(input_tokens) AS input,
            any(output_tokens) AS output, any(cache_read_tokens) AS read, any(cache_write_tokens) AS written
        FROM answer_facts
        WHERE at >= fromUnixTimestamp64Micro({{begin:Int64}}, 'UTC')
            AND at <= fromUnixTimestamp64Micro({{end:Int64}}, 'UTC') + toIntervalHour(2)
            AND exchange IN (SELECT exchange FROM c)
        GROUP BY exchange
    )
SELECT
    c.session, count(), countIf('deny' IN (c.verdict, a.verdict)), countIf('hold' IN (c.verdict, a.verdict)),
    sum(c.found + a.found), groupUniqArrayIf(c.model, c.model != ''),
    sum(a.input + a.output + a.read + a.written),
    sum((a.input * p.2 + a.output * p.3 + a.read * p.4 + a.written * p.5) / 1e6)
FROM (SELECT *, arrayFirst(x -> model LIKE x.1, {PRICES}) AS p FROM c) AS c LEFT ANY JOIN a ON c.exchange = a.exchange
GROUP BY c.session
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Line:
    session: str
    began: int
    ended: int
    subject: str
    agent: str
    calls: int
    denied: int
    held: int
    findings: int
    models: Sequence[str]
    tokens: int
    cost: float


def sessions(ledger: Ledger, wanted: Mapping[str, object], most: int = MOST) -> Sequence[Line]:
    """`wanted`: caller, connection, verdict, text, since, until; `before` and `name` of the last line known."""
    given = {name: value for name, value in wanted.items() if value is not None}
    where = " AND ".join(CONDITIONS[name] for name in CONDITIONS if name in given)
    having = " AND ".join(HAVING[name] for name in HAVING if name in given)
    asked = CHOSEN.format(where=where and f"WHERE {where}", having=having and f"HAVING {having}")
    chosen = [
        (session, _micro(first), _micro(last), subject, agent)
        for session, first, last, subject, agent in ledger.rows(_as_micro(asked), {**given, "most": most})
    ]
    if not chosen:
        return []
    span = {"begin": min(one[1] for one in chosen), "end": max(one[2] for one in chosen)}
    counted = {row[0]: row[1:] for row in ledger.rows(COUNTS, {**span, "sessions": [one[0] for one in chosen]})}
    return [Line(*one, *counted.get(one[0], (0, 0, 0, 0, (), 0, 0.0))) for one in chosen]


def as_stored(text: str) -> str:
    """A text as it stands in a part, which is JSON."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _as_micro(sql: str) -> str:
    return f"SELECT session, toUnixTimestamp64Micro(first), toUnixTimestamp64Micro(last), * EXCEPT (session, first, last) FROM ({sql})"  # noqa: S608, E501


def _micro(value: object) -> int:
    return int(str(value))
