"""Everything that the database needs to be ours: tables, for how long they keep what, prices, roles.

Rules: all of it may be done twice. What a server cannot do (roles, where it has no storage for them) is said.
"""

from dataclasses import dataclass

from clickhouse_connect.driver.client import Client

from sidecar.record.clickhouse import holds
from sidecar.record.clickhouse.access import grant
from sidecar.record.clickhouse.place import Place, told
from sidecar.record.clickhouse.render import Migration, migrations
from sidecar.record.clickhouse.schema import migrate
from sidecar.settings.values import Database, Price, Retention

# Table -> which retention is its, and the time that it counts from. Approvals are as old as their newest event.
AGES = {
    "events": ("evidence", "at"),
    "checkpoint_facts": ("evidence", "at"),
    "parts": ("texts", "stored"),
    "exchange_facts": ("shaped", "at"),
    "finding_facts": ("shaped", "at"),
    "tool_call_facts": ("shaped", "at"),
    "call_facts": ("shaped", "at"),
    "answer_facts": ("shaped", "at"),
}
# A text is stored again a day after it was, when it comes again: it has to outlive what names it by that day.
GRACE_DAYS = 2
NEVER_HELD = frozenset(("checkpoint_facts",))


@dataclass(frozen=True, slots=True)
class Prepared:
    applied: tuple[Migration, ...]
    notes: tuple[str, ...]
    version: int


def prepare(client: Client, place: Place, database: Database) -> Prepared:
    applied = migrate(client, place)
    with told(place.address):
        for statement in retention(database.retention, place.cluster):
            client.command(statement)
        price(client, database.prices)
    holds.apply(client, place)
    return Prepared(tuple(applied), tuple(grant(client, place, database.readers)), migrations()[-1].version)


def retention(kept: Retention, cluster: str | None) -> list[str]:
    """`held` lines have no age. Without a number of days there is nothing to say: it was never said before either."""
    days = {"evidence": kept.evidence, "texts": kept.texts, "shaped": kept.shaped}
    said = []
    for table, (which, column) in AGES.items():
        number = days[which]
        if number is None:
            continue
        name = f"{table}_local ON CLUSTER `{cluster}`" if cluster else table
        rest = "" if table in NEVER_HELD else " WHERE held = 0"
        said.append(
            f"ALTER TABLE {name} MODIFY TTL toDateTime({column}) + INTERVAL {number + GRACE_DAYS} DAY DELETE{rest}"
        )
    return said


def price(client: Client, prices: tuple[Price, ...]) -> None:
    """A new version replaces the one before in one insert; the same prices again are no news."""
    rows = [
        [n, one.pattern.replace("%", r"\%").replace("_", r"\_").replace("*", "%"), *_amounts(one)]
        for n, one in enumerate(prices)
    ]
    known = client.query(
        "SELECT * EXCEPT version FROM prices FINAL WHERE version = (SELECT max(version) FROM prices) ORDER BY place"
    )
    if rows and [list(row) for row in known.result_rows] != rows:
        newest = client.query("SELECT max(version) FROM prices").result_rows[0][0]
        names = ["version", "place", "pattern", "input", "output", "cache_read", "cache_write"]
        client.insert("prices", [[newest + 1, *row] for row in rows], column_names=names)


def _amounts(one: Price) -> tuple[float, ...]:
    return (float(one.input), float(one.output), float(one.cache_read), float(one.cache_write))
