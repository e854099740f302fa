"""The saved reports over a large table: how long each takes, asked as a program asks, from a local ClickHouse.

Strategy: the database makes the events itself, so that filling takes minutes and not hours: two for an exchange (a
refused one has no answer), six people, three teams, two models, a finding in each fifth, a denial in each fifth, spread
over three months and four gates, their names in no order. They come in as any event does, through the views that
shape them. Each report is asked for all three months, so that every event counts.
"""

import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from clickhouse_connect.driver.client import Client

from bench.rig.measure import Scale
from sidecar.record.clickhouse.delivery import SETTINGS
from sidecar.record.clickhouse.place import Place, connected
from sidecar.record.clickhouse.schema import migrate
from sidecar.record.reports.ask import ask, period
from sidecar.record.reports.saved import Saved, reports
from tests.clickhouse_server import clickhouse

EVENTS, SMALL = 10_000_000, 20_000
EVENTS_OF_FIVE = 9  # five exchanges, of which one is refused and has no answer
STEP = 250_000  # exchanges in one insert
SPAN_MS = 90 * 86_400_000
ROUNDS = 3
# In all of these `n` is the number of an exchange.
SUBJECT = "['ada','bob','carl','dora','eve','frank'][1 + n % 6]"
GROUP = "['engineering','sales','research'][1 + n % 3]"
VERDICT = "['allow','mask','allow','deny','allow'][1 + n % 5]"
FINDING = (
    '{"rule":"mails","detector":"pii/email","place":"prompt","path":"messages[0].content","action":"mask",'
    '"how":"token","placeholder":"[EMAIL_K7Q2M9XA]","shadow":false}'
)
NAME = "hex(sipHash64(n))"
DECIDED = f"""concat('{{"fact":{{"exchange":"gx_', {NAME}, '","caller":{{"subject":"', {SUBJECT},
    '","provider":"company","groups":["', {GROUP}, '"],"claimed_agent":"claude-code"}},"session":"s-',
    toString(intDiv(n, 40)), '","connection":"claude","endpoint":"messages","method":"POST","path":"/v1/messages",',
    '"model":"', ['claude-sonnet-4-5','claude-opus-4-1'][1 + n % 2], '","policy":"d1","policy_name":"p","verdict":"',
    {VERDICT}, '","rule":"', ['','mails','','no-zephyr',''][1 + n % 5], '","refused_with":',
    if(n % 5 = 3, '403', 'null'), ',"findings":[', if(n % 5 = 1, '{FINDING}', ''), '],"findings_left_out":0,',
    '"scanned":{{"extent":"whole","why":[]}},"bytes_in":1000,"request":{{"outline":"', hex(SHA256(toString(n))),
    '"}}}}}}')"""
ANSWERED = """concat('{"fact":{"exchange":"gx_', hex(sipHash64(n)), '","status":200,"stop_reason":"end_turn",',
    '"verdict":"allow","findings":[],"findings_left_out":0,"scanned":{"extent":"whole","why":[]},"complete":true,',
    '"usage":{"input_tokens":1200,"output_tokens":', toString(100 + n % 900), ',"cache_read_input_tokens":9000,',
    '"cache_creation_input_tokens":300},"latency":{"receiving_ms":1,"gate_ms":2,"first_byte_ms":300,',
    '"upstream_ms":2000,"held_ms":3,"human_ms":0},"answer":{"outline":"', hex(SHA256(concat('a', toString(n)))),
    '","timing":null}}}')"""


def measure(scale: Scale) -> Mapping[str, object]:
    events = scale.pick(EVENTS, SMALL)
    with tempfile.TemporaryDirectory(prefix="gatehouse-bench-") as folder, clickhouse(Path(folder)) as server:
        place = Place(f"{server.url}/reports")
        with connected(place, create=True) as client:
            migrate(client, place)
            began = time.perf_counter()
            stored = _fill(client, events * 5 // EVENTS_OF_FIVE)
            filled = time.perf_counter() - began
            disk = client.query("SELECT sum(bytes_on_disk) FROM system.parts WHERE active").result_rows[0][0]
        given = period(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC), "")
        seconds = {one.name: _asked(place, one, given, scale.pick(ROUNDS, 1)) for one in reports()}
    return {
        "events": stored,
        "fill_seconds": round(filled, 1),
        "disk_bytes_per_event": round(int(disk) / stored, 1),
        "slowest_seconds": max(one["best"] for one in seconds.values()),
        "seconds": seconds,
    }


def _asked(place: Place, one: Saved, given: Mapping[str, object], rounds: int) -> Mapping[str, float]:
    """The first asks a cold table; other work on the machine makes none of them faster."""
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        ask(place, one.sql, given)
        took.append(round(time.perf_counter() - began, 3))
    return {"first": took[0], "best": min(took)}


def _fill(client: Client, exchanges: int) -> int:
    for first in range(0, exchanges, STEP):
        count = min(STEP, exchanges - first)
        for kind, body, offset, which in (("decided", DECIDED, 1, "1"), ("answered", ANSWERED, 2, "n % 5 != 3")):
            at = f"toDateTime64('2026-03-01 00:00:00', 6, 'UTC') + toIntervalMillisecond(n * {SPAN_MS // exchanges})"
            client.command(
                "INSERT INTO events (chain, seq, at, kind, previous, hash, body) "  # noqa: S608
                f"SELECT concat('gc_', toString(n % 4)), n * 2 + {offset}, {at}, '{kind}', repeat('a', 32), "
                f"repeat('b', 32), {body} FROM (SELECT toUInt64(number) AS n FROM numbers({first}, {count})) "
                f"WHERE {which}",
                settings=dict(SETTINGS),
            )
    return int(client.query("SELECT count() FROM events").result_rows[0][0])
