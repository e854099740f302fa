"""Every saved report answers what a plain question to `exchanges` does (`tests/cases/reports`), over a random record.

It was delivered, some of it twice; or it was there before the tables that reports ask.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import clickhouse_connect
import pytest

from sidecar.core.evidence.event import NOTHING_BEFORE, Event, event
from sidecar.record.clickhouse.place import Place, connected
from sidecar.record.clickhouse.render import migrations
from sidecar.record.clickhouse.rows import EVENT_TYPES, EVENTS, months
from sidecar.record.clickhouse.schema import VERSIONS, migrate
from sidecar.record.reports.ask import ask, period
from sidecar.record.reports.saved import reports
from tests.clickhouse_server import Server

PLAIN = Path("tests/cases/reports")
BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 12
CALLS = 400
BEFORE_REPORTS = 4  # migrations
VERDICTS = ("allow", "allow", "mask", "hold", "deny")
ENDINGS = ("answered", "answered", "answered", "cut", "not_forwarded", None)
WHICH_EXAMPLE = "example"  # any of them is one
NAMES = [one.name for one in reports()]

Fact = Mapping[str, object]


def finding(dice: random.Random) -> Fact:
    action, detector = dice.choice(("mask", "hold", "deny", "allow")), dice.choice(("pii/email", "secret/aws-key"))
    return {"rule": "r1", "detector": detector, "action": action, "shadow": dice.random() < 0.2, "place": "prompt"}


def scanned(dice: random.Random) -> Fact:
    return {
        "extent": dice.choice(("whole", "part", "not", "")),
        "why": dice.sample(["too large", "binary"], dice.randrange(3)),
    }


def decided(dice: random.Random, name: str) -> Fact:
    groups = dice.sample(["engineering", "sales", "sre"], dice.randrange(3))
    caller = {"subject": dice.choice(("ada", "bob", "")), "provider": dice.choice(("company", "ci")), "groups": groups}
    verdict = dice.choice(VERDICTS)
    return {
        "exchange": name, "caller": {**caller, "claimed_agent": dice.choice(("claude-code", None))},
        "session": dice.choice(("s1", "s2", None)), "connection": dice.choice(("claude", "tickets")),
        "model": dice.choice(("claude-sonnet-4-5", "claude-opus-4-1", "own", None)),
        "policy": dice.choice(("d1", "d2")),
        "verdict": verdict, "rule": None if verdict == "allow" else dice.choice(("r1", "r2")),
        "say": dice.choice(("Not this.", None)), "scanned": scanned(dice), "findings_left_out": 0,
        "refused_with": 400 if verdict == "deny" or dice.random() < 0.1 else None,
        "findings": [finding(dice) for _ in range(dice.randrange(3))],
    }  # fmt: skip


def answered(dice: random.Random, name: str) -> Fact:
    counts = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    verdict = dice.choice(VERDICTS)
    return {
        "exchange": name, "status": 200, "verdict": verdict, "rule": None if verdict == "allow" else "r3",
        "why": dice.choice(("the agent left", None)), "scanned": scanned(dice), "findings": [finding(dice)],
        "usage": {one: dice.randrange(10_000) for one in counts},
    }  # fmt: skip


def facts(dice: random.Random) -> Iterator[tuple[datetime, str, Fact]]:
    yield BEGAN, "policy_loaded", {"digest": "d1"}
    yield BEGAN + timedelta(days=5), "policy_refused", {"digest": "d2"}
    for number in range(CALLS):
        name, at = f"gx_{number}", BEGAN + timedelta(seconds=dice.randrange(DAYS * 86_400))
        yield at, "decided", decided(dice, name)
        if ending := dice.choice(ENDINGS):
            yield at + timedelta(minutes=dice.choice((1, 200))), ending, answered(dice, name)
        if dice.random() < 0.2:
            approval = {"approval": f"ap_{number}", "exchange": name, "tool": "Bash", "rule": "r1"}
            yield at, "approval_asked", approval
            if dice.random() < 0.7:
                said = {"approval": f"ap_{number}", "decision": "approved", "who": "eve", "rationale": "a drill"}
                yield at + timedelta(seconds=9), "approval_decided", said
            call = {"exchange": name, "tool": "Bash", "verdict": dice.choice(("hold", "allow")), "rule": "r1"}
            yield at, "tool_call", {**call, "approval": dice.choice((f"ap_{number}", ""))}


def record(seed: int) -> list[Event]:
    """In two chains, each in its order of time."""
    dice, events = random.Random(seed), list[Event]()  # noqa: S311  (a record to compare, no secret)
    seqs = {"gc_1": 0, "gc_2": 0}
    of_exchange: dict[object, str] = {}
    for at, kind, fact in sorted(facts(dice), key=lambda one: (one[0], one[1])):
        chain = of_exchange.setdefault(fact.get("exchange"), dice.choice(tuple(seqs)))
        seqs[chain] += 1
        events.append(event(NOTHING_BEFORE, chain, seqs[chain], f"{at:%FT%T.%fZ}", kind, fact))
    return events


def put(place: Place, events: Sequence[Event]) -> None:
    with connected(place) as client:
        for start in range(0, len(events), 150):  # several parts, which the database may not have merged yet
            for month in months(events[start : start + 150]):
                columns, types = month.columns, list(EVENT_TYPES)
                client.insert("events", columns, column_names=EVENTS, column_oriented=True, column_type_names=types)


def prepared(server: Server, database: str, seed: int, *, grown: bool) -> Place:
    """`grown`: the record was there before the tables that reports ask. Else some of it is shaped twice."""
    with clickhouse_connect.get_client(host="127.0.0.1", port=server.port) as client:
        client.command(f"CREATE DATABASE {database}")
    place, events = Place(f"{server.url}/{database}"), record(seed)
    with connected(place) as client:
        if grown:
            for migration in (VERSIONS, *migrations()[:BEFORE_REPORTS]):
                for statement in migration.statements():
                    client.command(statement)
            known = [[one.version, one.name, one.digest, BEGAN] for one in migrations()[:BEFORE_REPORTS]]
            client.insert("gatehouse_migrations", known, column_names=["version", "name", "digest", "at"])
            put(place, events)
        migrate(client, place)
        if not grown:
            put(place, events)
            for table in ("call_facts", "answer_facts", "exchange_facts", "finding_facts"):
                client.command(f"INSERT INTO {table} SELECT * FROM {table} WHERE at < '2026-03-08'")  # noqa: S608
        client.command("INSERT INTO prices VALUES (1, 0, 'claude-%', 3, 15, 0.3, 3.75)")
    return place


@pytest.fixture(scope="module", params=["delivered", "grown"])
def place(server: Server, request: pytest.FixtureRequest) -> Place:
    return prepared(server, f"agree_{request.param}", 7, grown=request.param == "grown")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("team", ["", "sales", "nobody"])
def test_both_say_the_same(place: Place, name: str, team: str) -> None:
    given = period(BEGAN + timedelta(days=2), BEGAN + timedelta(days=9, hours=5), team)
    found, plain = (rows(place, sql, given) for sql in (saved(name), (PLAIN / f"{name}.sql").read_text()))
    assert found == plain
    assert len(plain) > 1 or team == "nobody", "a question that nothing answers compares nothing"


def saved(name: str) -> str:
    return next(one.sql for one in reports() if one.name == name)


def rows(place: Place, sql: str, given: Mapping[str, object]) -> list[list[str]]:
    """In an order of their own: equals stand as the database finds them."""
    table = ask(place, sql, given)
    kept = [at for at, name in enumerate(table.columns) if name != WHICH_EXAMPLE]
    names = [table.columns[at] for at in kept]
    return [names, *sorted([_told(row[at]) for at in kept] for row in table.rows)]


def _told(value: object) -> str:
    match value:
        case list():
            return str(sorted(map(str, value)))
        case float():
            return f"{value:.3f}"
    return str(value)
