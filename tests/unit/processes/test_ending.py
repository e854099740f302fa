"""A process that was told to stop ends: in good order, or, where something in it is stuck, all the same."""

import signal
import subprocess
import sys
from contextlib import suppress

import pytest

from tests.limited import limited

PROGRAM = """
import asyncio, threading, time
from sidecar.processes.ending import signalled

async def main():
    stop = signalled({within})
    print("up", flush=True)
    {does}

asyncio.run(main())
print("done", flush=True)
"""
STUCK = {
    "a loop that is blocked": "time.sleep(3600)",
    "a loop that never comes round": "while True: pass",
    "what never ends on the way down": "await stop.wait(); await asyncio.sleep(3600)",
    "a thread that the loop waits for": "asyncio.create_task(asyncio.to_thread(time.sleep, 3600)); await stop.wait()",
    "a thread that the exit waits for": "threading.Thread(target=time.sleep, args=(3600,)).start(); await stop.wait()",
}


def ended(does: str, within: float, number: int = signal.SIGTERM, times: int = 1) -> tuple[int, str, str]:
    """The status of a process that was told to stop, and what it said."""
    words = [sys.executable, "-c", PROGRAM.format(within=within, does=does)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with limited(subprocess.Popen(words, **pipes)) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == "up\n"
        for _ in range(times):
            process.send_signal(number)
        out, err = process.communicate()
    return process.returncode, out, err


@pytest.mark.parametrize("does", STUCK.values(), ids=list(STUCK))
def test_what_is_stuck_is_ended_and_says_where(does: str) -> None:
    status, _, err = ended(does, 0.5)
    assert status == 1
    assert err.startswith("Timeout (0:00:00.5")
    assert 'File "' in err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_good_end_is_left_alone(number: int) -> None:
    assert ended("await stop.wait()", 60, number) == (0, "done\n", "")


def test_told_again_and_again_it_has_no_more_time() -> None:
    words = [sys.executable, "-c", PROGRAM.format(within=1, does="time.sleep(3600)")]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    with limited(subprocess.Popen(words, **pipes)) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == "up\n"
        while process.poll() is None:
            process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.2)
    assert process.returncode == 1
