"""Legal hold: what belongs to a held session has no age.

Strategy: TTL knows only the columns of its own line, so a line that must stay is marked, and TTL leaves marked lines
alone. Marking is a mutation, and may be repeated: it is done when a hold is said, at every start and with every
migration, so that a session that goes on under its hold is marked long before its first line would be old.

Rules:
- A text may belong to many sessions. All texts that were stored from two days before a held session to two days after
  are marked: a superset, because a text that comes again is stored again after a day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from clickhouse_connect.driver.client import Client

from sidecar.record.clickhouse.place import Place, told

HELD = "SELECT session FROM legal_holds FINAL WHERE held = 1"
OURS = f"SELECT exchange FROM exchange_facts WHERE session IN ({HELD})"  # noqa: S608
BEGAN, ENDED = "min(at) - INTERVAL 2 DAY", "max(ended_at) + INTERVAL 2 DAY"
SPANS = f"SELECT {BEGAN}, {ENDED} FROM exchanges WHERE session IN ({HELD}) GROUP BY session"  # noqa: S608
BY_EXCHANGE = (
    "events", "exchange_facts", "finding_facts", "tool_call_facts", "approval_facts", "call_facts", "answer_facts"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hold:
    session: str
    changed: datetime
    who: str
    reason: str


def say(
    client: Client,
    place: Place,
    session: str,
    hold: bool,
    who: str,
    reason: str,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """What is said last counts."""
    with told(place.address):
        names = ["session", "changed", "held", "who", "reason"]
        client.insert("legal_holds", [[session, clock(), int(hold), who, reason]], column_names=names)


def held(client: Client, place: Place) -> list[Hold]:
    with told(place.address):
        question = "SELECT session, changed, who, reason FROM legal_holds FINAL WHERE held = 1 ORDER BY changed"
        return [Hold(*row) for row in client.query(question).result_rows]


def apply(client: Client, place: Place) -> None:
    """Mark what is held, and unmark what is no longer."""
    with told(place.address):
        if not client.query("SELECT count() FROM legal_holds").result_rows[0][0]:
            return
        suffix = f"_local ON CLUSTER `{place.cluster}`" if place.cluster else ""
        ours = [row[0] for row in client.query(OURS).result_rows]
        spans = client.query(SPANS).result_rows
        for table in BY_EXCHANGE:
            _mark(client, f"{table}{suffix}", "has({ours:Array(String)}, exchange)", {"ours": ours})
        within = " OR ".join(f"stored BETWEEN '{first:%F %T}' AND '{last:%F %T}'" for first, last in spans) or "0"
        _mark(client, f"parts{suffix}", f"({within})", {})


def _mark(client: Client, table: str, condition: str, given: dict[str, list[str]]) -> None:
    settings = {"mutations_sync": 1}
    for value, which in ((1, condition), (0, f"NOT ({condition})")):
        statement = f"ALTER TABLE {table} UPDATE held = {value} WHERE held != {value} AND {which}"
        client.command(statement, parameters=given, settings=settings)
