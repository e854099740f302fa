"""A process that a test reads from or waits for: never longer than a limit, and it says what it waited for.

Strategy: when the time is over the process is killed, so whoever reads its output or waits for its end goes on.
"""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

LIMIT = 90.0  # seconds; a busy machine takes half a minute to start one of ours


@contextmanager
def waiting(process: "subprocess.Popen[Any]", within: float = LIMIT) -> Iterator[None]:
    """For the block it has this long; after it, it may run on."""
    late = threading.Event()

    def kill() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(within, kill)
    timer.start()
    try:
        yield
    except Exception as error:
        raise (_too_late(process, within) if late.is_set() else error) from error
    finally:
        timer.cancel()
    if late.is_set():
        raise _too_late(process, within)


@contextmanager
def limited(process: "subprocess.Popen[Any]", within: float = LIMIT) -> Iterator[Any]:
    """In the place of `with process`: it has ended by the end of the block, at once if the block fails."""
    with waiting(process, within), process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def line(process: "subprocess.Popen[Any]", within: float = LIMIT) -> Any:
    """The next one of its standard output."""
    assert process.stdout is not None
    with waiting(process, within):
        return process.stdout.readline()


def stopped(process: "subprocess.Popen[Any]", within: float = LIMIT) -> int:
    """Its status, after it was told to end."""
    process.terminate()
    with waiting(process, within):
        return process.wait(2 * within)


def _too_late(process: "subprocess.Popen[Any]", within: float) -> TimeoutError:
    return TimeoutError(f"after {within:.0f} s this was still running, and was killed: {process.args}")
