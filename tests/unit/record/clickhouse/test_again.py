"""What the database refused, once more."""

from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from sidecar.record.clickhouse import set_aside
from sidecar.record.clickhouse.again import again
from sidecar.record.clickhouse.place import Place, Trouble
from tests.unit.record.clickhouse.chained import many, named, one, stored

EVENTS = many(6)


def refusing(client: Client, condition: str) -> None:
    client.command(f"ALTER TABLE events ADD CONSTRAINT odd CHECK {condition}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for event in EVENTS:
        set_aside.put(tmp_path, event, "once refused")
    return tmp_path


def test_nothing_was_set_aside(tmp_path: Path) -> None:
    nowhere = Place("http://127.0.0.1:1/gatehouse")
    assert again(tmp_path, None, nowhere) == []  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_what_is_taken_is_struck_off(folder: Path, client: Client, place: Place) -> None:
    assert [tried.why for tried in again(folder, client, place)] == [None] * 6
    assert stored(client) == named(EVENTS)
    assert one(client, "SELECT count() AS n FROM exchanges") == {"n": 3}
    assert not set_aside.any_kept(folder)
    assert again(folder, client, place) == []


def test_what_is_there_already_is_not_there_twice(folder: Path, client: Client, place: Place) -> None:
    for _ in range(2):
        again(folder, client, place)
        set_aside.put(folder, EVENTS[2], "it was not")
    again(folder, client, place)
    assert stored(client) == named(EVENTS)


def test_what_is_refused_again_stays_with_the_newest_reason(folder: Path, client: Client, place: Place) -> None:
    refusing(client, "seq NOT IN (2, 5)")
    tried = again(folder, client, place)
    assert [one.event.seq for one in tried if one.why is not None] == [2, 5]
    assert [event.seq for event, why in set_aside.kept(folder) if "code 469" in why] == [2, 5]
    assert [seq for _, seq in stored(client)] == [1, 3, 4, 6]


def test_all_of_them_refused_again(folder: Path, client: Client, place: Place) -> None:
    refusing(client, "0")
    assert all(one.why and "refuses" in one.why for one in again(folder, client, place))
    assert len(list(set_aside.kept(folder))) == 6


def test_a_database_that_goes_away_changes_nothing(folder: Path, client: Client, place: Place) -> None:
    client.command("DROP TABLE events SYNC")
    with pytest.raises(Trouble):
        again(folder, client, place)
    assert len(list(set_aside.kept(folder))) == 6
