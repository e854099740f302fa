"""A look at policies in a process of its own: `python -m sidecar.processes.policy_check` reads folders, a line each,
and answers each with one line: a JSON list of what is wrong.

Strategy: whatever is in a ConfigMap may be large or slow to compile; elsewhere it holds nobody up, and can be ended.
The process is kept between questions, because getting ready costs a second of processor time; one that took too long
or had much to read is not.
"""

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from sidecar.core.detect.catalogue import builtin
from sidecar.core.detect.compiled import Compiled
from sidecar.core.errors import ConfigurationError
from sidecar.core.policy.book import compile_book
from sidecar.processes.policy_cases import forget, results, sources_of, suite_of

WITHIN = 8.0  # seconds; the API server waits for ten
LARGE = 100_000  # characters: memory of more than that is better given back
LONGEST = 8 << 20  # an answer in bytes: every line of a megabyte may be wrong
SLOW = "these policies could not be looked at in time: spread them over several ConfigMaps, or try again"
BROKEN = "these policies could not be looked at: the check itself ended early; the webhook's log says more"


class PolicyCheck:
    """`await check({"a.yaml": text})`: the lines that are wrong."""

    def __init__(self, within: float = WITHIN) -> None:
        self._within = within
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None

    async def __call__(self, files: Mapping[str, str]) -> Sequence[str]:
        try:
            async with asyncio.timeout(self._within), self._turn:
                with tempfile.TemporaryDirectory(prefix="gatehouse-") as folder:
                    for name, text in files.items():
                        await asyncio.to_thread((Path(folder) / name).write_text, text, "utf-8")
                    return await self._asked(folder, sum(map(len, files.values())) > LARGE)
        except TimeoutError:
            return (SLOW,)

    async def start(self) -> None:
        """Ready before the first question: whoever asks first should not wait for it."""
        async with self._turn:
            with tempfile.TemporaryDirectory(prefix="gatehouse-") as folder:
                await self._asked(folder, once=False)

    async def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.communicate()

    async def _asked(self, folder: str, once: bool) -> Sequence[str]:
        if self._process is None:
            self._process = await _started()
        done = False
        try:
            said = await _line(self._process, folder)
            done = bool(said) and not once
            return [str(line) for line in json.loads(said)] if said else (BROKEN,)
        finally:
            if not done:
                await self.close()


async def _started() -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", __name__)
    return await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=LONGEST)


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
        book = compile_book(sources_of(files), builtin())
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
