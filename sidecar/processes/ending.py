"""A process that was told to stop ends: in good order, or, where something in it is stuck, all the same.

Strategy: what ends it then is a thread of `faulthandler` in C. It needs neither the event loop nor the interpreter, so
a loop that is blocked, a thread that never returns and a library that hangs at the exit do not hold it up. It says
where each thread stood, and ends the process with status 1.

Rule: what was recorded is on disk before anybody was told so; a process that is ended like this loses nothing of it.
"""

import asyncio
import faulthandler
import signal
from collections.abc import Callable
from types import FrameType

# The longest orderly end: open calls have 10 s, the last delivery 5. Kubernetes waits for 30.
WITHIN = 25.0
NUMBERS = (signal.SIGINT, signal.SIGTERM)


def signalled(within: float = WITHIN) -> asyncio.Event:
    """Set by SIGTERM or Ctrl-C; from then on this process has so many seconds."""
    stop, loop, insist = asyncio.Event(), asyncio.get_running_loop(), insisting(within)
    for number in NUMBERS:
        loop.add_signal_handler(number, stop.set)
        # Beside that of the loop, which hears of a signal only when it comes round to it.
        signal.signal(number, insist)
    return stop


def insisting(within: float = WITHIN) -> Callable[[int, FrameType | None], None]:
    """A handler of signals: the first one sets the limit."""
    begun = False

    def insist(_number: int, _frame: FrameType | None) -> None:
        nonlocal begun
        if not begun:
            begun = True
            faulthandler.dump_traceback_later(within, exit=True)

    return insist
