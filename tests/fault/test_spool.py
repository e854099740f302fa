"""The spool under what breaks it: kill -9 at any moment, a log cut anywhere, a disk that fills and empties.

`SPOOL_ROUNDS=200` makes as many rounds of kill -9; a run of all tests makes a few.
"""

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from sidecar.core.errors import RecordingFailed
from sidecar.record.reader import SpoolReader
from sidecar.record.spool_file import NAME
from tests.limited import limited
from tests.unit.record.spooling import largest_file, opened, prove, told

ROUNDS = int(os.environ.get("SPOOL_ROUNDS", "15"))
# Each caller says its fact's name only after `record` has returned: what it said was promised.
WRITER = """
import asyncio, hashlib, os, sys
from pathlib import Path
from tests.unit.record.spooling import opened
async def main():
    spool = opened(Path(sys.argv[1]), checkpoint_seconds=0.02, checkpoint_events=7)
    async def caller(name):
        for number in range(100_000):
            data = os.urandom(8) * 40
            part = {hashlib.sha256(data).hexdigest(): data}
            await spool.record("k", {"id": f"{sys.argv[2]}-{name}-{number}", "part": next(iter(part))}, part)
            os.write(1, f"{sys.argv[2]}-{name}-{number}\\n".encode())
    await asyncio.gather(*(caller(name) for name in "abcdefgh"))
asyncio.run(main())
"""


def killed(folder: Path, life: str, after: float, lines: int = 1) -> list[str]:
    """What a writer promised before it was killed, a moment after it began to promise."""
    child = subprocess.Popen([sys.executable, "-c", WRITER, str(folder), life], stdout=subprocess.PIPE)
    assert child.stdout
    with limited(child):
        promised = [child.stdout.readline() for _ in range(lines)]
        time.sleep(after)
        os.kill(child.pid, signal.SIGKILL)
        promised += child.stdout.read().splitlines(keepends=True)
    return [line.decode().strip() for line in promised if line.endswith(b"\n")]


def test_kill_9_at_any_moment_loses_nothing_that_was_promised(tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311
    promised: list[str] = []
    for number in range(ROUNDS):
        promised += killed(tmp_path, str(number), chance.random() * 0.2)
    chains = prove(tmp_path)
    ids = [str(fact["id"]) for fact in told(tmp_path)]
    assert set(promised) <= set(ids)
    assert len(ids) == len(set(ids))
    assert len(chains) == ROUNDS
    assert _linked(tmp_path)
    assert not _parts_missing(tmp_path)


def _linked(folder: Path) -> bool:
    """Every life hangs on the last event of the one before."""
    chains = list(prove(folder).values())
    return all(
        after[0].fact["before"]
        == {"chain": (last := before[-1]).chain, "seq": last.seq, "hash": last.hash.hex(), "at": last.at}
        for before, after in pairwise(chains)
    )


def _parts_missing(folder: Path) -> set[str]:
    reader = SpoolReader(folder / "spool")
    named = {str(fact["part"]) for fact in told(folder)}
    missing = named - reader.parts_of(named).keys()
    reader.close()
    return missing


@pytest.fixture(scope="module")
def torn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A spool of two lives, the second killed: much of it stands in the write-ahead log only."""
    folder = tmp_path_factory.mktemp("torn")
    killed(folder, "0", 0.0)
    killed(folder, "1", 0.0, lines=300)
    return folder


@pytest.mark.parametrize("seed", range(12))
async def test_a_log_cut_anywhere_leaves_a_chain_that_holds_and_goes_on(tmp_path: Path, torn: Path, seed: int) -> None:
    chance, folder = random.Random(seed), tmp_path / "copy"  # noqa: S311
    shutil.copytree(torn, folder)
    log = folder / "spool" / f"{NAME}-wal"
    size = log.stat().st_size
    assert size > 100_000
    cut = 0 if seed == 0 else chance.randrange(size)
    os.truncate(log, cut)
    (folder / "spool" / f"{NAME}-shm").unlink()  # as after a power cut
    spool = opened(folder)
    await spool.record("k", {"after": True})
    await spool.close()
    assert _linked(folder)
    assert told(folder)[-1] == {"after": True}


@pytest.mark.parametrize("seed", range(6))
async def test_a_log_with_a_garbled_stretch_is_read_up_to_it(tmp_path: Path, torn: Path, seed: int) -> None:
    chance, folder = random.Random(seed), tmp_path / "copy"  # noqa: S311
    shutil.copytree(torn, folder)
    log = folder / "spool" / f"{NAME}-wal"
    with log.open("r+b") as file:
        file.seek(chance.randrange(log.stat().st_size))
        file.write(chance.randbytes(600))
    (folder / "spool" / f"{NAME}-shm").unlink()
    spool = opened(folder)
    await spool.record("k", {"after": True})
    await spool.close()
    assert _linked(folder)
    assert told(folder)[-1] == {"after": True}


async def test_a_disk_that_fills_and_empties_again_and_again(tmp_path: Path) -> None:
    spool = opened(tmp_path, checkpoint_events=20)
    promised, refused = [], 0
    for number in range(12):
        room = (tmp_path / "spool" / f"{NAME}-wal").stat().st_size + 20_000 * (number % 3 + 1)
        with largest_file(room):
            wanted = [f"{number}-{one}" for one in range(40)]
            results = await asyncio.gather(
                *(spool.record("k", {"id": name, "long": "x" * 3_000}) for name in wanted[:5]), return_exceptions=True
            )
            for name in wanted[5:]:
                results.append(await _outcome(spool.record("k", {"id": name, "long": "x" * 3_000})))
        promised += [name for name, result in zip(wanted, results, strict=True) if result is None]
        refused += sum(isinstance(result, RecordingFailed) for result in results)
        await spool.record("k", {"id": f"{number}-after"})
        promised.append(f"{number}-after")
    await spool.close()
    ids = [fact["id"] for fact in told(tmp_path)]
    assert sorted(map(str, ids)) == sorted(promised)
    assert refused > 12
    assert len(prove(tmp_path)) == 1


async def _outcome(work: "asyncio.Future[None] | object") -> BaseException | None:
    (result,) = await asyncio.gather(work, return_exceptions=True)  # type: ignore[call-overload]
    return result  # type: ignore[no-any-return]


VISITOR = """
import sys
from pathlib import Path
from sidecar.record.reader import events
print(len(list(events(Path(sys.argv[1])))))
"""


async def test_whoever_looks_in_from_outside_leaves_the_log_of_a_running_gate_alone(tmp_path: Path) -> None:
    """As `gatehouse audit verify` does beside a gate that ships. The last one to close a file folds its log back and
    removes it: the visitor must not take itself for that one."""
    spool = opened(tmp_path)
    log = tmp_path / "spool" / f"{NAME}-wal"
    shipper = SpoolReader(tmp_path / "spool")  # in the process of the spool
    counts = []
    for number in range(4):
        await spool.record("k", {"id": number})
        shipper.cursor()
        before = log.stat().st_ino
        visit = [sys.executable, "-c", VISITOR, str(tmp_path / "spool")]
        counts.append(int(subprocess.run(visit, check=True, capture_output=True, timeout=90).stdout))
        assert log.exists(), "the log was taken from under the gate"
        assert log.stat().st_ino == before
    shipper.close()
    await spool.close()
    assert counts == [2, 3, 4, 5]
    assert [fact["id"] for fact in told(tmp_path)] == [0, 1, 2, 3]
    assert len(prove(tmp_path)) == 1
