"""Sessions in the database: which there were, what happened in one, and its texts.

Rules:
- Calls that named no session (a plain `curl`) are one for each caller and day: `none:ann:2026-03-04`.
- What a session said is found in its parts: a text is looked for in all parts, then in the runs and outlines that name
  them.
- Texts are asked for in three rounds: outlines, what they name, and what the runs among those name.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clickhouse_connect.driver.client import Client

from sidecar.record.clickhouse.place import Place, connected, told
from sidecar.record.clickhouse.schema import checked
from sidecar.record.replay import references

AT_ONCE = 500  # digests in one question


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sessions; what is not said does not matter."""

    who: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    connection: str | None = None
    verdict: str | None = None
    text: str | None = None
    most: int = 100


@dataclass(frozen=True, slots=True)
class Session:
    session: str
    subject: str
    agent: str
    groups: Sequence[str]
    began: datetime
    ended: datetime
    exchanges: int
    refused: int
    denied: int
    findings: int
    connections: Sequence[str]
    models: Sequence[str]
    input_tokens: int
    output_tokens: int
    cost: float


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange of a session."""

    exchange: str
    at: datetime
    ended_at: datetime
    subject: str
    connection: str
    endpoint: str
    model: str
    policy: str
    verdict: str
    rule: str
    outcome: str
    say: str
    why: str
    status: int
    stop_reason: str
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    cost: float
    gate_ms: float
    upstream_ms: float
    held_ms: float
    human_ms: float
    request_outline: str
    answer_outline: str
    answer_timing: str
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule found: never the value."""

    exchange: str
    side: str
    rule: str
    detector: str
    place: str
    path: str
    action: str
    how: str
    placeholder: str
    shadow: int


@dataclass(frozen=True, slots=True)
class Hold:
    """An approval that a call waited for."""

    exchange: str
    tool: str
    rule: str
    decision: str
    who: str
    rationale: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Story:
    """All that happened in a session, in order."""

    session: str
    turns: Sequence[Turn]
    findings: Sequence[Found]
    holds: Sequence[Hold]

    @property
    def placeholders(self) -> Mapping[str, str]:
        """What stands for a value, and the rule that put it there."""
        return {one.placeholder: one.rule for one in self.findings if one.placeholder and not one.shadow}


class Sessions:
    """Faults of the database are `Trouble`."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._client: Client = connected(place)
        checked(self._client, place)

    def listed(self, wanted: Wanted) -> list[Session]:
        """The newest first."""
        asked, given = conditions(wanted)
        if wanted.text is not None:
            asked.append(f"session IN ({CONTAINING})")
            given["text"] = json.dumps(wanted.text, ensure_ascii=False)[1:-1]
        where = f" WHERE {' AND '.join(asked)}" if asked else ""
        question = f"SELECT {_names(Session)} FROM sessions{where} ORDER BY began DESC LIMIT {wanted.most:d}"  # noqa: S608
        return [Session(*row) for row in self._asked(question, given)]

    def story(self, session: str) -> Story | None:
        given = {"session": session}
        calls = self._asked("SELECT DISTINCT exchange, at FROM call_facts WHERE session = {session:String}", given)
        if not calls:
            return None
        moments = [at for _, at in calls]
        ours = {
            "ours": [name for name, _ in calls],
            "began": f"{min(moments):%F %T.%f}",
            "last": f"{max(moments):%F %T.%f}",
        }
        turns = self._asked(TURNS, ours)
        found = self._asked(FINDINGS, ours)
        holds = self._asked(
            f"SELECT {_names(Hold)} FROM approvals WHERE exchange IN {{ours:Array(String)}} ORDER BY asked_at",  # noqa: S608
            ours,
        )
        story = [Turn(*row) for row in turns], [Found(*row) for row in found], [Hold(*row) for row in holds]
        return Story(session, *story)

    def texts(self, turns: Iterable[Turn], *, questions: bool = True) -> dict[str, bytes]:
        """Every part that these turns name; without `questions` only those of their answers."""
        outlines: set[str] = set()
        for turn in turns:
            outlines |= {turn.answer_outline, turn.answer_timing}
            outlines |= {turn.request_outline} if questions else set()
        found = self._parts(outlines - {""})
        for _ in range(2):
            named = {name for outline in list(found) for name in references(outline, found)}
            found |= self._parts(named - found.keys())
        return found

    def close(self) -> None:
        self._client.close()

    def _parts(self, digests: Iterable[str]) -> dict[str, bytes]:
        names, found = sorted(digests), dict[str, bytes]()
        question = "SELECT lower(hex(digest)) AS name, data FROM parts WHERE digest IN "
        question += "(SELECT unhex(arrayJoin({names:Array(String)})))"
        for at in range(0, len(names), AT_ONCE):
            rows = self._asked(question, {"names": names[at : at + AT_ONCE]}, {"data": "bytes"})
            found |= {str(name): bytes(data) for name, data in rows}
        return found

    def _asked(
        self, question: str, given: Mapping[str, object], formats: Mapping[str, str] | None = None
    ) -> Sequence[Sequence[Any]]:
        with told(self._place.address):
            return self._client.query(question, dict(given), column_formats=dict(formats or {})).result_rows


def _names(kind: type[Session | Turn | Found | Hold]) -> str:
    return ", ".join(kind.__dataclass_fields__)


# A text stands in a part; a part is named by an outline, or by a run that an outline names.
CONTAINING = """
WITH
    hits AS (SELECT lower(hex(digest)) AS name FROM parts WHERE positionCaseInsensitiveUTF8(data, {text:String}) > 0),
    named AS (
        SELECT lower(hex(digest)) AS name, arrayJoin(extractAll(data, '"parts?":"([0-9a-f]{64})"')) AS part FROM parts
    ),
    runs AS (SELECT name FROM named WHERE part IN (SELECT name FROM hits)),
    all AS (
        SELECT name FROM hits UNION ALL SELECT name FROM runs
        UNION ALL SELECT name FROM named WHERE part IN (SELECT name FROM runs)
    )
SELECT session FROM call_facts
WHERE outline IN (SELECT name FROM all)
    OR exchange IN (SELECT exchange FROM answer_facts WHERE outline IN (SELECT name FROM all))
"""
# Calls and answers in the order of time: a session lies in a few neighbouring blocks of them.
TURNS = """
WITH
    c AS (
        SELECT * FROM call_facts
        WHERE at >= {began:DateTime64(6, 'UTC')} AND at <= {last:DateTime64(6, 'UTC')}
            AND exchange IN {ours:Array(String)}
        LIMIT 1 BY at, exchange
    ),
    a AS (
        SELECT * FROM answer_facts
        WHERE at >= {began:DateTime64(6, 'UTC')} AND at <= {last:DateTime64(6, 'UTC')} + toIntervalDay(1)
            AND exchange IN {ours:Array(String)}
        LIMIT 1 BY at, exchange
    )
SELECT
    c.exchange, c.at, if(a.exchange = '', c.at, a.at), c.subject, c.connection, c.endpoint, c.model, c.policy,
    multiIf('deny' IN (c.verdict, a.verdict), 'deny', 'hold' IN (c.verdict, a.verdict), 'hold',
            'mask' IN (c.verdict, a.verdict), 'mask', 'allow') AS final,
    if(c.verdict = final, c.rule, a.rule),
    multiIf(c.refused > 0, 'refused', a.kind = '', 'open', a.kind), c.say, a.why, a.status, a.stop_reason,
    a.input_tokens, a.output_tokens, a.cache_read_tokens, a.cache_write_tokens,
    (a.input_tokens * p.2 + a.output_tokens * p.3 + a.cache_read_tokens * p.4 + a.cache_write_tokens * p.5) / 1e6,
    a.gate_ms, a.upstream_ms, a.held_ms, a.human_ms, c.outline, a.outline, a.timing, c.agent
FROM (
    SELECT *, arrayFirst(x -> model LIKE x.1, (
        SELECT groupArray((pattern, input, output, cache_read, cache_write))
        FROM (SELECT * FROM prices FINAL WHERE version = (SELECT max(version) FROM prices) ORDER BY place)
    )) AS p FROM c
) AS c
LEFT ANY JOIN a ON c.exchange = a.exchange
ORDER BY c.at, c.exchange
"""
FINDINGS = """
SELECT exchange, side, rule, detector, place, path, action, how, placeholder, shadow
FROM finding_facts
WHERE at >= {began:DateTime64(6, 'UTC')} AND exchange IN {ours:Array(String)}
ORDER BY at, seq, number
LIMIT 1 BY chain, seq, number
"""
CONDITIONS = {
    "who": "subject = {who:String}",
    "since": "ended >= {since:DateTime64(6, 'UTC')}",
    "until": "began <= {until:DateTime64(6, 'UTC')}",
    "connection": "has(connections, {connection:String})",
    "verdict": "session IN (SELECT conversation FROM exchanges WHERE verdict = {verdict:String})",
}


def conditions(wanted: Wanted) -> tuple[list[str], dict[str, object]]:
    """What was said, as conditions and the values in them."""
    said = {name: getattr(wanted, name) for name in CONDITIONS if getattr(wanted, name) is not None}
    given = {name: f"{one:%F %T.%f}" if isinstance(one, datetime) else one for name, one in said.items()}
    return [CONDITIONS[name] for name in given], given
