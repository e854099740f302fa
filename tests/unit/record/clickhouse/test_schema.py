from concurrent.futures import ThreadPoolExecutor

import pytest
from clickhouse_connect.driver.client import Client

from sidecar.record.clickhouse.place import Place, connected
from sidecar.record.clickhouse.render import migrations
from sidecar.record.clickhouse.schema import WrongSchema, checked, migrate, outstanding

NAMES = ["version", "name", "digest", "at"]


def test_twice_is_as_good_as_once(place: Place) -> None:
    client = connected(place, create=True)
    assert migrate(client, place) == migrations()
    assert migrate(client, place) == []
    checked(client, place)
    client.close()


def test_from_two_replicas_at_once(place: Place) -> None:
    clients = [connected(place, create=True) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda client: migrate(client, place), clients))
    for client in clients:
        checked(client, place)
        client.close()


def test_an_empty_database_is_an_old_one(place: Place) -> None:
    client = connected(place, create=True)
    assert outstanding(client, place) == migrations()
    with pytest.raises(WrongSchema, match=r"older Gatehouse .* run `gatehouse audit migrate`"):
        checked(client, place)
    client.close()


def test_a_newer_database_is_left_alone(client: Client, place: Place) -> None:
    client.insert("gatehouse_migrations", [[99, "later", "x", 0]], column_names=NAMES)
    for attempt in (migrate, checked):
        with pytest.raises(WrongSchema, match="a newer Gatehouse"):
            attempt(client, place)


def test_so_is_one_with_other_migrations(client: Client, place: Place) -> None:
    client.command(
        "ALTER TABLE gatehouse_migrations UPDATE digest = 'x' WHERE version = 2", settings={"mutations_sync": 1}
    )
    with pytest.raises(WrongSchema, match=r"migration 2 \(shaped\)"):
        checked(client, place)
