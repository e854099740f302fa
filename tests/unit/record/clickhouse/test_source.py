from dataclasses import replace
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from sidecar.core.evidence.event import Event
from sidecar.core.evidence.verdict import Verdict
from sidecar.record.check import checked
from sidecar.record.clickhouse import set_aside
from sidecar.record.clickhouse.place import Place
from sidecar.record.clickhouse.source import DatabaseSource, with_aside
from sidecar.record.keys import published
from sidecar.record.sources import SpoolSource
from sidecar.settings.load import load
from sidecar.settings.values import Record
from tests.unit.record.clickhouse.chained import many
from tests.unit.record.gates import gate

NAMES = ["chain", "seq", "at", "kind", "body", "previous", "hash"]
QUERY = (Path(__file__).parents[4] / "docs" / "evidence.md").read_text().split("```sql")[1].split("```")[0]


async def delivered(folder: Path, place: Place, client: Client, left: int) -> Record:
    """A gate whose events are in the database, but the last few."""
    settings = load(await gate(folder))
    spool = SpoolSource(settings.record.spool)
    events = [event for batch in spool.events() for event in batch]
    insert(client, events[: len(events) - left])
    parts = [(bytes.fromhex(name), data, 0) for name, data in spool.parts()]
    client.insert("parts", parts, column_names=["digest", "data", "stored"])
    return replace(settings.record, clickhouse=place.address)


def insert(client: Client, events: list[Event]) -> None:
    from datetime import datetime

    rows = [
        (one.chain, one.seq, datetime.fromisoformat(one.at), one.kind, one.body, one.previous, one.hash)
        for one in events
    ]
    client.insert("events", rows, column_names=NAMES)


def verdict(folder: Path, record: Record, only: frozenset[str] | None = None) -> Verdict:
    return checked(DatabaseSource(record, only), published(folder / "state" / "keys"))


@pytest.mark.parametrize("left", [0, 3, 25])
async def test_database_and_spool_together_are_the_record(
    tmp_path: Path, place: Place, client: Client, left: int
) -> None:
    record = await delivered(tmp_path, place, client, left)
    found = verdict(tmp_path, record)
    assert found.faults == ()
    assert found.events == SpoolSource(record.spool).total()
    assert DatabaseSource(record).total() == found.events - left
    chain = found.chains[0]
    one = verdict(tmp_path, record, frozenset((chain.chain,)))
    assert (one.green, one.events) == (True, chain.events)
    assert client.query(QUERY).result_rows == []


@pytest.mark.parametrize(
    ("note", "edit", "kind"),
    [
        ("a body", "ALTER TABLE events UPDATE body = replaceAll(body, 'x0-1', 'x9-1') WHERE seq = 4", "changed"),
        ("a kind", "ALTER TABLE events UPDATE kind = 'answered' WHERE seq = 2", "changed"),
        ("gone", "ALTER TABLE events DELETE WHERE seq = 4", "missing"),
        ("twice", "INSERT INTO events SELECT * FROM events WHERE seq = 4", "duplicated"),
        (
            "rewritten",
            "ALTER TABLE events UPDATE body = replaceAll(body, 's1', 's2'), "
            "hash = SHA256(concat(previous, replaceAll(body, 's1', 's2'))) WHERE seq = 4",
            "rewritten history",
        ),
    ],
)
async def test_an_edit_in_the_database_is_named(
    tmp_path: Path, place: Place, client: Client, note: str, edit: str, kind: str
) -> None:
    record = await delivered(tmp_path, place, client, 0)
    client.command(edit, settings={"mutations_sync": 2})
    found = verdict(tmp_path, record)
    assert kind in {fault.trouble.value for fault in found.faults}
    assert {fault.seq for fault in found.faults} & {2, 4}
    assert client.query(QUERY).result_rows


async def test_a_part_that_is_gone_or_changed_in_the_database(tmp_path: Path, place: Place, client: Client) -> None:
    record = replace(await delivered(tmp_path, place, client, 0), spool=tmp_path / "elsewhere")
    assert verdict(tmp_path, record).green
    client.command("ALTER TABLE parts UPDATE data = 'x' WHERE 1", settings={"mutations_sync": 2})
    assert {fault.trouble.value for fault in verdict(tmp_path, record).faults} == {"part changed"}
    client.command("TRUNCATE TABLE parts")
    assert {fault.trouble.value for fault in verdict(tmp_path, record).faults} == {"part missing"}


@pytest.mark.parametrize("aside", [{1}, {4, 5}, {9}, set(range(1, 10))])
def test_what_was_set_aside_stands_where_it_belongs(aside: set[int]) -> None:
    events = many(9)
    there = [event for event in events if event.seq not in aside]
    for batches in ([there], [there[:2], there[2:]]):
        found = [
            one for batch in with_aside(batches, [event for event in events if event.seq in aside]) for one in batch
        ]
        assert found == events


def test_what_is_in_the_database_by_now_is_there_once() -> None:
    events = many(4)
    assert [one for batch in with_aside([events], events[1:3]) for one in batch] == events


async def test_an_event_that_was_set_aside_is_not_missing(tmp_path: Path, place: Place, client: Client) -> None:
    record = await delivered(tmp_path, place, client, 0)
    aside = next(event for batch in SpoolSource(record.spool).events() for event in batch if event.seq == 4)
    gone = f"ALTER TABLE events DELETE WHERE seq = 4 AND chain = '{aside.chain}'"
    client.command(gone, settings={"mutations_sync": 2})
    assert {fault.seq for fault in verdict(tmp_path, record).faults} & {4, 5}
    set_aside.put(record.spool, aside, "refused")
    assert verdict(tmp_path, record).green
    assert [event for event, _ in DatabaseSource(record).aside] == [aside]
    set_aside.put(record.spool, replace(aside, kind="answered"), "refused")
    assert {fault.trouble.value for fault in verdict(tmp_path, record).faults} == {"changed"}
