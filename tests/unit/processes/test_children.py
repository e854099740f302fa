"""Children: started again when they end, stopped when asked, and never left behind."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.processes.children import MAX_DEATHS, Child
from tests.limited import limited
from tests.polling import until

SLEEPS = (sys.executable, "-c", "import signal; signal.pause()")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal as s; s.signal(s.SIGTERM, s.SIG_IGN); print('deaf', flush=True)\nwhile True: s.pause()",
)
DIES = (sys.executable, "-c", "print('no such port'); raise SystemExit(3)")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"


async def test_it_stops_when_asked(tmp_path: Path) -> None:
    child = Child("sleeper", SLEEPS, tmp_path / "log")
    await child.start()
    assert child.running
    await child.stop()
    assert not child.running


async def test_it_insists(tmp_path: Path) -> None:
    child = Child("stubborn", STUBBORN, tmp_path / "log")
    await child.start()
    await until(lambda: "deaf" in (tmp_path / "log").read_text())
    await child.stop(within=0.2)
    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL


async def test_one_that_was_killed_is_started_again(tmp_path: Path) -> None:
    child = Child("sleeper", SLEEPS, tmp_path / "log")
    await child.start()
    assert child.process is not None
    first = child.process.pid
    watching = asyncio.create_task(child.watch())
    os.kill(first, signal.SIGKILL)
    await until(lambda: child.running and child.process is not None and child.process.pid != first)
    await child.stop()
    await watching


async def test_one_that_keeps_ending_takes_everything_down_with_its_last_words(tmp_path: Path) -> None:
    child = Child("broken", DIES, tmp_path / "log")
    await child.start()
    with pytest.raises(ConfigurationError, match=r"broken keeps ending \(exit 3\): no such port"):
        await child.watch()
    assert len(child.deaths) == MAX_DEATHS + 1


async def test_last_words_of_a_silent_child(tmp_path: Path) -> None:
    assert Child("mute", SLEEPS, tmp_path / "log").last_words() == "it said nothing"


async def test_it_does_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    parent = f"""
import asyncio, pathlib, sys
from sidecar.processes.children import Child
async def main():
    child = Child("sleeper", {SLEEPS!r}, pathlib.Path({str(tmp_path / "log")!r}))
    await child.start()
    print(child.process.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    with limited(subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True)) as running:
        pid = int(running.stdout.readline())
        assert alive(pid)
        running.kill()
    await until(lambda: not Path(f"/proc/{pid}").exists() or not alive(pid))
