"""From a real spool into a real database, on a thread."""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from sidecar.record.clickhouse import batch, set_aside
from sidecar.record.clickhouse.place import Place, connected
from sidecar.record.clickhouse.shipper import Shipper
from sidecar.record.reader import SpoolReader
from sidecar.settings.values import Durability
from sidecar.telemetry.metrics import Metrics
from tests.polling import until
from tests.unit.record.clickhouse.chained import ANSWERED, DECIDED, named, one, stored
from tests.unit.record.spooling import kept, opened


async def spooled(folder: Path, count: int) -> None:
    spool = opened(folder, durability=Durability.RELAXED)
    for number in range(count):
        kind, fact = ("decided", DECIDED) if number % 2 == 0 else ("answered", ANSWERED)
        await spool.record(kind, {"exchange": f"gx_{number // 2}", **fact})
    await spool.close()


def shipper(folder: Path, place: Place, metrics: Metrics | None = None) -> Shipper:
    made = Shipper(folder / "spool", place, metrics or Metrics(), chance=lambda: 0.0, age=0.02)
    made.start()
    return made


def told(metrics: Metrics, name: str) -> float:
    lines = (line for line in metrics.text().decode().splitlines() if line.startswith(f"gatehouse_shipper_{name}"))
    return float(next(lines).split()[-1])


def arrived(client: Client, expected: list[tuple[str, int]]) -> Callable[[], bool]:
    return lambda: len(stored(client)) >= len(expected)


async def test_everything_arrives_and_the_cursor_follows(tmp_path: Path, place: Place) -> None:
    await spooled(tmp_path, 50)
    expected, metrics = sorted(named(kept(tmp_path))), Metrics()
    running = shipper(tmp_path, place, metrics)
    assert await asyncio.to_thread(running.close, 30.0)
    client = connected(place)
    assert stored(client) == expected
    assert told(metrics, "events_total") == len(expected)
    assert told(metrics, "lag_events") == 0
    reader = SpoolReader(tmp_path / "spool")
    assert reader.behind(reader.cursor()) == 0
    reader.close()
    client.close()


async def test_lives_after_one_another_send_nothing_twice(tmp_path: Path, client: Client, place: Place) -> None:
    await spooled(tmp_path, 6)
    for _ in range(2):
        assert await asyncio.to_thread(shipper(tmp_path, place).close, 30.0)
    reader = SpoolReader(tmp_path / "spool")
    reader.advance(0)  # as after a power cut
    assert await asyncio.to_thread(shipper(tmp_path, place).close, 30.0)
    reader.close()
    assert stored(client) == sorted(named(kept(tmp_path)))


async def test_a_second_shipper_stands_by(tmp_path: Path, client: Client, place: Place) -> None:
    await spooled(tmp_path, 20)
    both = [shipper(tmp_path, place) for _ in range(2)]
    await until(arrived(client, expected := sorted(named(kept(tmp_path)))))
    for running in both:
        await asyncio.to_thread(running.close, 30.0)
    assert stored(client) == expected
    assert sorted(running.shipped for running in both) == [0, len(expected)]


async def test_a_database_that_is_not_there_is_told_of_and_waited_for(tmp_path: Path) -> None:
    await spooled(tmp_path, 4)
    with socket.create_server(("127.0.0.1", 0)) as server:
        nobody = f"http://127.0.0.1:{server.getsockname()[1]}/gatehouse"
    metrics = Metrics()
    running = shipper(tmp_path, Place(nobody), metrics)
    await until(lambda: told(metrics, "retries_total") >= 2)
    assert running.trouble is not None
    assert "does not answer" in running.trouble
    assert 'trouble{reason="away"} 1.0' in metrics.text().decode()
    assert told(metrics, "lag_events") == 7
    assert told(metrics, "lag_seconds") > 0
    assert not await asyncio.to_thread(running.close, 5.0)


async def test_a_newer_schema_is_told_of_and_left_alone(tmp_path: Path, client: Client, place: Place) -> None:
    client.insert("gatehouse_migrations", [[99, "later", "x", 0]], column_names=["version", "name", "digest", "at"])
    await spooled(tmp_path, 4)
    metrics = Metrics()
    running = shipper(tmp_path, place, metrics)
    await until(lambda: running.trouble is not None)
    assert "newer Gatehouse" in str(running.trouble)
    await until(lambda: 'trouble{reason="schema"} 1.0' in metrics.text().decode())
    client.command("ALTER TABLE gatehouse_migrations DELETE WHERE version = 99", settings={"mutations_sync": 1})
    await until(lambda: running.shipped == 7)
    assert running.trouble is None
    assert await asyncio.to_thread(running.close, 5.0)


async def test_a_poisoned_event_blocks_nothing(
    tmp_path: Path, client: Client, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    client.command("ALTER TABLE events ADD CONSTRAINT odd CHECK seq != 3")
    await spooled(tmp_path, 8)
    metrics = Metrics()
    assert await asyncio.to_thread(shipper(tmp_path, place, metrics).close, 30.0)
    assert [seq for _, seq in stored(client)] == [1, 2, *range(4, 12)]
    assert told(metrics, "set_aside_total") == 1
    assert "set aside" in caplog.text


async def test_the_next_life_tries_again_what_was_set_aside(tmp_path: Path, client: Client, place: Place) -> None:
    client.command("ALTER TABLE events ADD CONSTRAINT odd CHECK seq != 3")
    await spooled(tmp_path, 8)
    assert await asyncio.to_thread(shipper(tmp_path, place).close, 30.0)
    assert await asyncio.to_thread(shipper(tmp_path, place).close, 30.0)
    assert [event.seq for event, _ in set_aside.kept(tmp_path / "spool")] == [3]
    client.command("ALTER TABLE events DROP CONSTRAINT odd")
    assert await asyncio.to_thread(shipper(tmp_path, place).close, 30.0)
    assert not set_aside.any_kept(tmp_path / "spool")
    assert stored(client) == sorted(named(kept(tmp_path)))


async def test_many_batches_arrive_once_each(
    tmp_path: Path, client: Client, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is read while the one before is on its way."""
    monkeypatch.setattr("sidecar.record.clickhouse.batch.STEP", 7)
    for function in (batch.following, batch.ahead):
        monkeypatch.setattr(function, "__defaults__", (7, batch.MOST_BYTES))
    await spooled(tmp_path, 60)
    assert await asyncio.to_thread(shipper(tmp_path, place).close, 30.0)
    assert stored(client) == sorted(named(kept(tmp_path)))
    assert one(client, "SELECT count() AS n FROM exchanges") == {"n": 30}
