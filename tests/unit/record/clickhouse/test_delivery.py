"""Every event exactly once, whatever happened before."""

from dataclasses import replace

import pytest
from clickhouse_connect.driver.client import Client

from sidecar.core.evidence.event import Event
from sidecar.record.clickhouse.delivery import Delivery
from sidecar.record.clickhouse.place import Place, Trouble
from tests.unit.record.clickhouse.chained import chain, decided, many, named, one, stored

EVENTS = many(10)
SHAPED = "SELECT count() AS exchanges, sum(output_tokens) AS tokens FROM exchanges"


class Aside:
    def __init__(self) -> None:
        self.events: list[tuple[Event, str]] = []

    def __call__(self, event: Event, why: str) -> None:
        self.events.append((event, why))


@pytest.fixture
def aside() -> Aside:
    return Aside()


@pytest.fixture
def delivery(client: Client, place: Place, aside: Aside) -> Delivery:
    return Delivery(client, place, aside)


def test_once(client: Client, delivery: Delivery) -> None:
    assert delivery.deliver(EVENTS, [], False) == 0
    assert stored(client) == named(EVENTS)
    row = one(client, "SELECT hex(hash) AS hash, body, at FROM events WHERE seq = 3")
    assert (row["hash"], row["body"]) == (EVENTS[2].hash.hex().upper(), EVENTS[2].body.decode())


@pytest.mark.parametrize(
    ("before", "note"),
    [
        (EVENTS, "all of it, and the answer was lost"),
        (EVENTS[:4], "its beginning"),
        (EVENTS[3:7], "its middle"),
        (EVENTS[::2], "every second one"),
    ],
)
def test_in_doubt_only_what_is_missing_goes(client: Client, delivery: Delivery, before: list[Event], note: str) -> None:
    delivery.deliver(before, [], False)
    for _ in range(2):
        delivery.deliver(EVENTS, [], True)
    assert stored(client) == named(EVENTS)
    assert one(client, SHAPED) == {"exchanges": 5, "tokens": 2500}


def test_the_same_batch_without_a_doubt_is_dropped_by_its_token(client: Client, delivery: Delivery) -> None:
    for _ in range(3):
        delivery.deliver(EVENTS, [], False)
    assert stored(client) == named(EVENTS)
    assert one(client, SHAPED) == {"exchanges": 5, "tokens": 2500}


def test_what_was_stored_but_not_shaped_is_shaped(client: Client, delivery: Delivery) -> None:
    delivery.deliver(EVENTS, [], False)
    for table in ("exchange_facts", "finding_facts"):
        client.command(f"TRUNCATE TABLE {table}")
    delivery.deliver(EVENTS, [], True)
    assert one(client, SHAPED) == {"exchanges": 5, "tokens": 2500}
    assert one(client, "SELECT count() AS n FROM findings") == {"n": 5}


def test_two_chains_in_two_months(client: Client, delivery: Delivery) -> None:
    events = [*EVENTS, *chain([decided("gx_7"), decided("gx_8")], "gc_2", "2026-04")]
    delivery.deliver(events, [], False)
    delivery.deliver(events, [], True)
    assert stored(client) == named(events)


@pytest.mark.parametrize("place_of_it", [0, 4, 9])
def test_a_poisoned_event_is_set_aside_and_the_others_go(
    client: Client, delivery: Delivery, aside: Aside, place_of_it: int
) -> None:
    events = list(EVENTS)
    events[place_of_it] = replace(events[place_of_it], hash=b"short")
    assert delivery.deliver(events, [], False) == 1
    assert [event for event, _ in aside.events] == [events[place_of_it]]
    assert stored(client) == [one for one in named(EVENTS) if one[1] != place_of_it + 1]


def refusing(client: Client, condition: str) -> None:
    client.command(f"ALTER TABLE events ADD CONSTRAINT odd CHECK {condition}")


def test_what_the_database_refuses_is_found_by_halves(client: Client, delivery: Delivery, aside: Aside) -> None:
    refusing(client, "seq NOT IN (4, 9)")
    assert delivery.deliver(EVENTS, [], False) == 2
    assert [event.seq for event, _ in aside.events] == [4, 9]
    assert "not there" in aside.events[0][1] or "code 469" in aside.events[0][1]
    assert [seq for _, seq in stored(client)] == [1, 2, 3, 5, 6, 7, 8, 10]


def test_if_all_of_a_batch_is_refused_it_is_not_the_events(client: Client, delivery: Delivery, aside: Aside) -> None:
    refusing(client, "0")
    with pytest.raises(Trouble, match="refuses every event"):
        delivery.deliver(EVENTS, [], False)
    assert aside.events == []


def test_a_missing_table_is_no_fault_of_the_events(client: Client, delivery: Delivery, aside: Aside) -> None:
    client.command("DROP TABLE events SYNC")
    with pytest.raises(Trouble) as raised:
        delivery.deliver(EVENTS, [], False)
    assert (raised.value.about_the_data, aside.events) == (False, [])


def test_parts_go_first_and_are_there_once(client: Client, delivery: Delivery) -> None:
    parts = [("ab" * 32, b"one"), ("cd" * 32, b"x" * (9 << 20))]
    for _ in range(2):
        delivery.deliver(EVENTS, parts, True)
    rows = client.query("SELECT lower(hex(digest)), length(data) FROM parts FINAL ORDER BY digest").result_rows
    assert rows == [("ab" * 32, 3), ("cd" * 32, 9 << 20)]


def test_a_database_that_takes_nothing_is_found_out_soon(client: Client, delivery: Delivery, aside: Aside) -> None:
    refusing(client, "0")
    with pytest.raises(Trouble, match="refuses whatever it is sent"):
        delivery.deliver(many(1_500), [], False)
    assert aside.events == []
