"""The journal: what it says is on disk is on disk, whatever happens."""

import asyncio
import contextlib
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError, RecordingFailed
from sidecar.record.journal import Journal
from sidecar.record.line import facts
from sidecar.settings.values import Durability

NOON = 1_760_000_000.0


def seqs(folder: Path) -> list[object]:
    return [fact["seq"] for fact in facts(folder)]


async def test_a_recorded_fact_is_a_canonical_line_of_a_private_file(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "a" / "spool", clock=lambda: NOON)
    await journal.record("exchange", {"b": 1, "a": "é"})
    line = journal.path.read_text("utf-8")  # before close: record has returned, so it stands there
    await journal.close()
    assert line == ('{"fact":{"a":"é","b":1},"kind":"exchange","seq":1,"time":"2025-10-09T08:53:20.000000Z"}\n')
    assert journal.path.stat().st_mode & 0o777 == 0o600
    assert journal.path.parent.stat().st_mode & 0o777 == 0o700


async def test_many_callers_share_a_sync_and_every_line_is_there_once(tmp_path: Path) -> None:
    syncs = []
    journal = Journal(tmp_path, sync=lambda file: syncs.append(os.fsync(file)))
    await asyncio.gather(*(journal.record("k", {"n": n}) for n in range(500)))
    await journal.close()
    assert seqs(tmp_path) == list(range(1, 501))
    assert [fact["fact"] for fact in facts(tmp_path)] == [{"n": n} for n in range(500)]
    assert len(syncs) < 50


async def test_strict_waits_for_the_disk_and_relaxed_does_not(tmp_path: Path) -> None:
    disk = threading.Event()
    strict = Journal(tmp_path / "strict", sync=lambda _: disk.wait(10))
    relaxed = Journal(tmp_path / "relaxed", durability=Durability.RELAXED, sync=lambda _: disk.wait(10))
    waiting = asyncio.create_task(strict.record("k", {}))
    await relaxed.record("k", {})
    assert not waiting.done()
    disk.set()
    await waiting
    await asyncio.gather(strict.close(), relaxed.close())
    assert seqs(tmp_path / "strict") == seqs(tmp_path / "relaxed") == [1]


async def test_close_writes_what_is_queued_and_refuses_the_rest(tmp_path: Path) -> None:
    journal = Journal(tmp_path, durability=Durability.RELAXED)
    for number in range(100):
        await journal.record("k", {"n": number})
    await journal.close()
    assert len(seqs(tmp_path)) == 100
    with pytest.raises(RecordingFailed, match="closed"):
        await journal.record("k", {})
    await journal.close()


async def test_a_full_queue_refuses(tmp_path: Path) -> None:
    disk, syncing = threading.Event(), threading.Event()

    def sync(_: int) -> None:
        syncing.set()
        disk.wait(10)

    journal = Journal(tmp_path, durability=Durability.RELAXED, queue_bytes=100, sync=sync)
    await journal.record("k", {"n": "x" * 500})  # larger than the bound, but alone
    await asyncio.to_thread(syncing.wait, 10)
    await journal.record("k", {"n": "x" * 80})
    with pytest.raises(RecordingFailed, match="too slow"):
        await journal.record("k", {"n": "x" * 80})
    disk.set()
    await journal.close()
    assert seqs(tmp_path) == [1, 2]


async def test_a_cancelled_caller_disturbs_nobody(tmp_path: Path) -> None:
    disk = threading.Event()
    journal = Journal(tmp_path, sync=lambda _: disk.wait(10))
    gone, stays = (asyncio.create_task(journal.record("k", {"n": n})) for n in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    disk.set()
    await stays
    await journal.close()
    assert seqs(tmp_path) == [1, 2]


@contextlib.contextmanager
def largest_file(size: int) -> Iterator[None]:
    """A disk that is full: the kernel takes what fits, then refuses."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk_fails_every_waiter_and_heals_without_a_torn_line(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    await journal.record("k", {"before": True})
    good = journal.path.stat().st_size
    with largest_file(good + 2_000):
        results = await asyncio.gather(
            *(journal.record("k", {"n": n, "long": "x" * 5_000}) for n in range(20)), return_exceptions=True
        )
        assert [type(result) for result in results] == [RecordingFailed] * 20
        assert journal.broken == "File too large"
        assert journal.path.stat().st_size == good + 2_000  # torn: a part of a line stands there
        with pytest.raises(RecordingFailed, match="File too large"):
            await journal.record("k", {"still": "x" * 5_000})
    await journal.record("k", {"after": True})
    assert journal.broken is None
    await journal.close()
    assert journal.path.read_bytes().endswith(b'"}\n')  # nothing of what failed is left behind it
    assert [(fact["seq"], fact["fact"]) for fact in facts(tmp_path)] == [(1, {"before": True}), (2, {"after": True})]


def _until_broken(journal: Journal) -> None:
    while journal.broken is None:
        os.sched_yield()  # the writer thread has not met the disk yet


async def test_relaxed_stops_being_relaxed_while_the_disk_refuses(tmp_path: Path) -> None:
    journal = Journal(tmp_path, durability=Durability.RELAXED)
    with largest_file(10):
        await journal.record("k", {"lost": True})  # nobody waits for it
        await asyncio.to_thread(_until_broken, journal)
        with pytest.raises(RecordingFailed, match="File too large"):
            await journal.record("k", {"waited": "for the disk's answer"})
    await journal.record("k", {"after": True})
    await journal.close()
    assert list(facts(tmp_path))[-1]["fact"] == {"after": True}


async def test_a_sync_that_failed_is_not_trusted(tmp_path: Path) -> None:
    answers: list[OSError | None] = [OSError(5, "Input/output error"), None]

    def sync(file: int) -> None:
        if (answer := answers.pop(0)) is not None:
            raise answer

    journal = Journal(tmp_path, sync=sync)
    with pytest.raises(RecordingFailed, match="Input/output error"):
        await journal.record("k", {"first": True})
    await journal.record("k", {"second": True})
    await journal.close()
    assert [(fact["seq"], fact["fact"]) for fact in facts(tmp_path)] == [(1, {"second": True})]


async def test_a_deleted_file_is_noticed(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    await journal.record("k", {})
    journal.path.unlink()
    with pytest.raises(RecordingFailed, match="deleted"):
        await journal.record("k", {})
    await journal.close()


@pytest.mark.parametrize("kind", ["a file stands there", "below a file"])
def test_a_folder_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path, kind: str) -> None:
    blocker = tmp_path / "blocker"
    blocker.write_text("")
    folder = blocker if kind == "a file stands there" else blocker / "spool"
    with pytest.raises(ConfigurationError) as caught:
        Journal(folder)
    (mistake,) = caught.value.mistakes
    assert mistake.file == str(folder)
    assert "name another folder in record.spool" in mistake.message


async def test_a_fact_that_is_not_json_raises_at_its_caller_and_hurts_nobody_else(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with pytest.raises(TypeError):
        await journal.record("k", {"bad": object()})
    with pytest.raises(ValueError, match="JSON"):
        await journal.record("k", {"bad": float("nan")})
    await journal.record("k", {"good": 1})
    await journal.close()
    assert seqs(tmp_path) == [1]


async def test_it_tells_how_long_a_record_took(tmp_path: Path) -> None:
    took: list[float] = []
    journal = Journal(tmp_path, observe=took.append)
    await journal.record("k", {})
    await journal.close()
    assert len(took) == 1
    assert 0 < took[0] < 10


CHILD = """
import asyncio, sys
from pathlib import Path
from sidecar.record.journal import Journal
async def main():
    journal = Journal(Path(sys.argv[1]))
    async def caller(name):
        for number in range(100_000):
            await journal.record("k", {"id": f"{name}-{number}"})
            print(f"{name}-{number}", flush=True)
    await asyncio.gather(*(caller(name) for name in "abcdefgh"))
asyncio.run(main())
"""


def test_kill_9_loses_nothing_that_was_promised(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout
    promised = [child.stdout.readline().strip() for _ in range(200)]
    os.kill(child.pid, signal.SIGKILL)
    promised += [line.strip() for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    child.stdout.close()
    child.wait()
    kept = {fact["fact"]["id"] for fact in facts(tmp_path)}  # type: ignore[index]
    assert set(promised) <= kept
    assert seqs(tmp_path) == list(range(1, len(kept) + 1))
