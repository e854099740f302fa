"""Other programs as children of this one: started, watched, started again, and stopped in order.

Rules:
- A child never outlives its parent, not even one that was killed: the kernel is asked to end it (Linux).
- A child that ends by itself is started again; one that keeps ending takes everything down with a sentence that says
  where its last words are.
- Ctrl-C reaches only the parent, which stops the children in the order they ask for.
"""

import asyncio
import ctypes
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sidecar.core.errors import ConfigurationError

PR_SET_PDEATHSIG = 1
# More deaths than this within the window, and starting again helps nobody.
MAX_DEATHS, WINDOW = 3, 30.0
STOP_WITHIN = 10.0


@dataclass(slots=True)
class Child:
    """A program, its arguments, and the file its output goes to."""

    name: str
    argv: Sequence[str]
    log: Path
    environ: Mapping[str, str] | None = None
    process: asyncio.subprocess.Process | None = None
    deaths: list[float] = field(default_factory=list)
    stopping: bool = False

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent if _PRCTL else None,
                env=dict(self.environ) if self.environ is not None else None,
            )

    async def watch(self) -> None:
        """Keep it running; returns only when it was told to stop."""
        while not self.stopping:
            code = await self._wait()
            if self.stopping:
                return
            now = time.monotonic()
            self.deaths = [then for then in self.deaths if now - then < WINDOW] + [now]
            if len(self.deaths) > MAX_DEATHS:
                raise ConfigurationError.single(
                    str(self.log), f"{self.name} keeps ending (exit {code}): {self.last_words()}"
                )
            await asyncio.sleep(0.2 * len(self.deaths))
            await self.start()

    async def stop(self, within: float = STOP_WITHIN) -> None:
        """Ask it to end, and insist after a while."""
        self.stopping = True
        if self.process is None or self.process.returncode is not None:
            return
        self.process.terminate()
        try:
            await asyncio.wait_for(self._wait(), within)
        except TimeoutError:
            self.process.kill()
            await self._wait()

    def last_words(self) -> str:
        """The last line of its log that says something."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.returncode is None

    async def _wait(self) -> int:
        if self.process is None:
            raise RuntimeError(f"{self.name} was never started")
        return await self.process.wait()


# Found before any fork: a child of a process with threads may not wait for what one of them holds.
_PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def _die_with_parent() -> None:
    if _PRCTL is not None:
        _PRCTL(PR_SET_PDEATHSIG, signal.SIGKILL)
