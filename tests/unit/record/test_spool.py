"""The spool: what it says is on disk is on disk, chained, once, whatever happens."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError, RecordingFailed
from sidecar.record.anchors import FileAnchor
from sidecar.record.spool import Spool
from sidecar.record.spool_file import NAME
from sidecar.settings.values import Durability
from tests.limited import line
from tests.polling import until
from tests.unit.record.spooling import Moving, kept, largest_file, names, opened, part, prove, told


async def test_a_recorded_fact_is_an_event_of_a_private_file_before_the_call_goes_on(tmp_path: Path) -> None:
    spool = opened(tmp_path, clock=Moving(), new_chain=names())
    await spool.record("decided", {"b": 1, "a": "é"})
    _, event = kept(tmp_path)  # before close: record has returned, so it stands there
    await spool.close()
    assert event.body.decode() == (
        '{"at":"2025-10-09T08:53:20.000000Z","chain":"gc_1","fact":{"a":"é","b":1},"kind":"decided","seq":2}'
    )
    assert (tmp_path / "spool" / NAME).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "spool").stat().st_mode & 0o777 == 0o700


async def test_many_callers_share_a_commit_and_every_event_is_there_once(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    await asyncio.gather(*(spool.record("k", {"n": n}) for n in range(500)))
    await spool.close()
    assert told(tmp_path) == [{"n": n} for n in range(500)]
    (chain,) = prove(tmp_path).values()
    assert [event.kind for event in (chain[0], *chain[-2:])] == ["chain_opened", "chain_closed", "checkpoint"]


def in_the_way(folder: Path) -> sqlite3.Connection:
    """Someone who holds the file's write lock: the spool's commits wait."""
    connection = sqlite3.connect(folder / "spool" / NAME, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    return connection


async def test_strict_waits_for_the_disk_and_relaxed_does_not(tmp_path: Path) -> None:
    strict, relaxed = opened(tmp_path / "s"), opened(tmp_path / "r", durability=Durability.RELAXED)
    with closing(in_the_way(tmp_path / "s")), closing(in_the_way(tmp_path / "r")):
        waiting = asyncio.create_task(strict.record("k", {}))
        await relaxed.record("k", {})
        assert not waiting.done()
    await waiting
    await asyncio.gather(strict.close(), relaxed.close())
    assert told(tmp_path / "s") == told(tmp_path / "r") == [{}]


async def test_close_writes_what_is_queued_and_refuses_the_rest(tmp_path: Path) -> None:
    spool = opened(tmp_path, durability=Durability.RELAXED)
    for number in range(100):
        await spool.record("k", {"n": number})
    await spool.close()
    assert len(told(tmp_path)) == 100
    with pytest.raises(RecordingFailed, match="closed"):
        await spool.record("k", {})
    await spool.close()


async def test_a_full_queue_refuses(tmp_path: Path) -> None:
    spool = opened(tmp_path, durability=Durability.RELAXED, queue_bytes=100)
    with closing(in_the_way(tmp_path)):
        await spool.record("k", {"n": "x" * 500})  # larger than the bound, but alone
        await until(lambda: not spool._queue)
        await spool.record("k", {"n": "x" * 80})
        with pytest.raises(RecordingFailed, match="too slow"):
            await spool.record("k", {"n": "x" * 80})
    await spool.close()
    assert len(told(tmp_path)) == 2


async def test_a_cancelled_caller_disturbs_nobody(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    gone, stays = (asyncio.create_task(spool.record("k", {"n": n})) for n in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    await stays
    await spool.close()
    assert told(tmp_path) == [{"n": 0}, {"n": 1}]


async def test_a_full_disk_fails_every_waiter_and_heals_by_itself(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    await spool.record("k", {"before": True})
    with largest_file((tmp_path / "spool" / f"{NAME}-wal").stat().st_size + 5_000):
        results = await asyncio.gather(
            *(spool.record("k", {"n": n, "long": "x" * 5_000}) for n in range(20)), return_exceptions=True
        )
        assert [type(result) for result in results] == [RecordingFailed] * 20
        assert spool.broken is not None
    await spool.record("k", {"after": True})
    assert spool.broken is None
    await spool.close()
    assert told(tmp_path) == [{"before": True}, {"after": True}]
    assert len(prove(tmp_path)) == 1


async def test_relaxed_stops_being_relaxed_while_the_disk_refuses(tmp_path: Path) -> None:
    spool = opened(tmp_path, durability=Durability.RELAXED)
    with largest_file(10):
        await spool.record("k", {"lost": True})  # nobody waits for it
        await until(lambda: spool.broken is not None)
        with pytest.raises(RecordingFailed, match="cannot write the spool"):
            await spool.record("k", {"waited": "for the disk's answer"})
    await spool.record("k", {"after": True})
    await spool.close()
    assert told(tmp_path)[-1] == {"after": True}


async def test_a_fact_that_is_not_json_raises_at_its_caller_and_hurts_nobody_else(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    with pytest.raises(TypeError):
        await spool.record("k", {"bad": object()})
    with pytest.raises(ValueError, match="JSON"):
        await spool.record("k", {"bad": float("nan")})
    with pytest.raises(ValueError, match="SHA-256"):
        await spool.record("k", {}, {"ab" * 32: b"something else"})
    await spool.record("k", {"good": 1})
    await spool.close()
    assert told(tmp_path) == [{"good": 1}]


async def test_a_second_gate_on_the_same_folder_is_refused_and_disturbs_nobody(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    with pytest.raises(ConfigurationError, match=f"another gate .process {os.getpid()}. writes its record here"):
        opened(tmp_path)
    await spool.record("k", {})
    await spool.close()
    await opened(tmp_path).close()  # free again
    assert len(prove(tmp_path)) == 2


@pytest.mark.parametrize("kind", ["a file stands there", "below a file"])
def test_a_folder_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path, kind: str) -> None:
    blocker = tmp_path / "spool"
    blocker.write_text("")
    if kind == "below a file":
        tmp_path = blocker
    with pytest.raises(ConfigurationError, match=r"name another folder in record.spool|cannot be kept here"):
        opened(tmp_path)


async def record_many(spool: Spool, kind: str) -> None:
    for _ in range(100):
        await spool.record(kind, {"long": "x" * 50_000})


async def test_at_the_limit_new_calls_are_refused_and_old_ones_may_end(tmp_path: Path) -> None:
    spool = opened(tmp_path, limit_bytes=2 << 20)
    with pytest.raises(RecordingFailed, match="the spool is full"):
        await record_many(spool, "decided")
    await spool.record("answered", {"short": True})
    with pytest.raises(RecordingFailed, match="the spool is full"):
        await record_many(spool, "answered")
    await spool.close()
    assert spool.fill.alarm == 0.95
    assert len(prove(tmp_path)) == 1


async def test_it_tells_how_long_a_record_took(tmp_path: Path) -> None:
    took: list[float] = []
    spool = opened(tmp_path, observe=took.append)
    await spool.record("k", {})
    await spool.close()
    assert len(took) == 1
    assert 0 < took[0] < 10


async def test_checkpoints_come_with_time_and_reach_the_anchor(tmp_path: Path) -> None:
    file = tmp_path / "elsewhere" / "checkpoints.jsonl"
    spool = opened(tmp_path, checkpoint_seconds=0.05, anchors=[FileAnchor(file)])
    await spool.record("k", {})
    await until(lambda: file.exists() and b"\n" in file.read_bytes())
    await spool.close()
    lines = file.read_text().splitlines()
    stated = [event.body.decode() for event in kept(tmp_path) if event.kind == "checkpoint"]
    assert len(lines) == len(stated) >= 2
    assert all(line in body for line, body in zip(lines, stated, strict=True))


async def test_parts_are_stored_once(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    for _ in range(3):
        await spool.record("k", {}, part(b"tools" * 1000))
    await spool.close()
    with closing(sqlite3.connect(tmp_path / "spool" / NAME)) as file:
        ((count, size),) = file.execute("SELECT count(*), sum(length(data)) FROM parts").fetchall()
    assert count == 1
    assert size < 200


CHILD = """
import asyncio, sys
from pathlib import Path
from tests.unit.record.spooling import opened
async def main():
    spool = opened(Path(sys.argv[1]))
    print("open", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
asyncio.run(main())
"""


async def test_another_process_is_refused_until_it_ends_however(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout
    assert child.stdin
    assert line(child) == b"open\n"
    with pytest.raises(ConfigurationError, match=f"process {child.pid}"):
        opened(tmp_path)
    child.kill()
    child.wait(30)
    child.stdin.close()
    child.stdout.close()
    spool: Spool = opened(tmp_path)
    await spool.close()
    first, second = prove(tmp_path).values()
    assert [event.kind for event in first] == ["chain_opened"]
    last = first[0]
    assert second[0].fact["before"] == {"chain": last.chain, "seq": 1, "hash": last.hash.hex(), "at": last.at}
