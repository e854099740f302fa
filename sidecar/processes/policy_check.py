"""A look at policies in a process of its own: `python -m sidecar.processes.policy_check` reads folders, a line each,
and answers each with one line: a JSON list of what is wrong.

Strategy: whatever is in a ConfigMap may be large or slow to compile; elsewhere it holds nobody up, and can be ended.
The process is kept between questions, because getting ready costs a second of processor time; one that took too long
or had much to read is not. A look that outlasts the question goes on: on a busy machine the same question, asked again
as Helm and GitOps do, finds its answer.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from sidecar.core.detect.compiled import Compiled
from sidecar.core.errors import ConfigurationError
from sidecar.processes.policy_cases import forget, results, sources_of, suite_of
from sidecar.rulebook.book import book_of

WITHIN = 8.0  # seconds; the API server waits for ten
LARGE = 100_000  # characters: memory of more than that is better given back
LONGEST_LINE = 8 << 20  # an answer in bytes: every line of a megabyte may be wrong
LONGEST = 30.0  # seconds of one look, on a busy machine
AT_ONCE = 2  # one that is slow does not hold the others up
REMEMBERED = 16  # looks that were taken last; what was asked again is answered at once
SLOW = ("these policies could not be looked at in time: try again in a minute, or spread them over several ConfigMaps",)
BROKEN = ("these policies could not be looked at: the check itself ended early; the webhook's log says more",)


class PolicyCheck:
    """`await check({"a.yaml": text})`: the lines that are wrong. `within`: how long an answer waits; `longest`: how
    long the look itself may take, so that whoever tries again finds it done."""

    def __init__(self, within: float = WITHIN, longest: float = LONGEST) -> None:
        self._within, self._longest = within, longest
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._looks: dict[bytes, asyncio.Task[Sequence[str]]] = {}
        self._spare: asyncio.subprocess.Process | None = None

    async def __call__(self, files: Mapping[str, str]) -> Sequence[str]:
        key = hashlib.sha256(json.dumps(sorted(files.items())).encode()).digest()
        look = self._looks.get(key)
        if look is None or not _good(look):
            self._forget_the_oldest()
            look = self._looks[key] = asyncio.create_task(self._looked(files))
        done, _ = await asyncio.wait((look,), timeout=self._within)
        return look.result() if done and not look.cancelled() else SLOW

    async def start(self) -> None:
        """Ready before the first question: whoever asks first should not wait for it."""
        await self._looked({})

    async def close(self) -> None:
        for look in self._looks.values():
            look.cancel()
        await asyncio.gather(*self._looks.values(), return_exceptions=True)
        spare, self._spare = self._spare, None
        await _ended(spare)

    def _forget_the_oldest(self) -> None:
        if len(self._looks) >= REMEMBERED:
            self._looks.pop(next(iter(self._looks))).cancel()

    async def _looked(self, files: Mapping[str, str]) -> Sequence[str]:
        try:
            async with self._turns, asyncio.timeout(self._longest):
                with tempfile.TemporaryDirectory(prefix="gatehouse-") as folder:
                    for name, text in files.items():
                        await asyncio.to_thread((Path(folder) / name).write_text, text, "utf-8")
                    return await self._asked(folder, sum(map(len, files.values())) > LARGE)
        except TimeoutError:
            return SLOW

    async def _asked(self, folder: str, once: bool) -> Sequence[str]:
        """By a process that nobody else asks meanwhile; a good one is kept for the next question."""
        process, self._spare = self._spare, None
        done = False
        try:
            process = process or await _started()
            said = await _line(process, folder)
            done = bool(said) and not once and self._spare is None
            return tuple(str(line) for line in json.loads(said)) if said else BROKEN
        finally:
            if done:
                self._spare = process
            else:
                await _ended(process)


def _good(look: "asyncio.Task[Sequence[str]]") -> bool:
    """Under way, or ended with an answer."""
    if not look.done():
        return True
    return not look.cancelled() and look.exception() is None and look.result() not in (SLOW, BROKEN)


async def _ended(process: asyncio.subprocess.Process | None) -> None:
    if process is not None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def _started() -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", __name__)
    return await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=LONGEST_LINE)


async def _line(process: asyncio.subprocess.Process, folder: str) -> bytes:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the check has its pipes")
    try:
        process.stdin.write(f"{folder}\n".encode())
        await process.stdin.drain()
        return await process.stdout.readline()
    except (ConnectionError, ValueError):
        return b""


def complaints(folder: Path) -> list[str]:
    """Of all files of a folder together; a file is named without the folder."""
    files = sorted(folder.iterdir())
    try:
        book = book_of(sources_of(files))
        Compiled([one for one in book.detectors if one.id.startswith("rule/")])
    except ConfigurationError as error:
        return [_plain(str(mistake), folder) for mistake in error.mistakes]
    except ValueError as error:
        return [f"the policies together: {error}"]
    return [line for file in files for line in _of_cases(file, folder)]


def _of_cases(file: Path, folder: Path) -> list[str]:
    try:
        found = [(one.note, wrong) for one in results(suite_of(file)) for wrong in one.wrong]
    except ConfigurationError as error:
        return [_plain(str(mistake), folder) for mistake in error.mistakes]
    return [f"{file.name}: test {note!r}: {wrong}" for note, wrong in found]


def _plain(line: str, folder: Path) -> str:
    return line.replace(f"{folder}{os.sep}", "")


def main() -> int:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(complaints(Path(line.rstrip("\n")))) + "\n")
        sys.stdout.flush()
        forget()
    return 0


if __name__ == "__main__":
    sys.exit(main())
