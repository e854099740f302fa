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
        turns = self._asked(
            f"SELECT {_names(Turn)} FROM exchanges WHERE conversation = {{session:String}} ORDER BY at, exchange",  # noqa: S608
            given,
        )
        if not turns:
            return None
        ours = {"ours": [row[0] for row in turns]}
        found, holds = (
            self._asked(
                f"SELECT {_names(kind)} FROM {view} WHERE has({{ours:Array(String)}}, exchange) ORDER BY {order}",  # noqa: S608
                ours,
            )
            for kind, view, order in ((Found, "findings", "at, seq"), (Hold, "approvals", "asked_at"))
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
SELECT conversation FROM exchanges
WHERE request_outline IN (SELECT name FROM all) OR answer_outline IN (SELECT name FROM all)
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
