"""A look at policies in a process of its own: `python -m sidecar.processes.policy_check FOLDER` prints what is wrong.

Strategy: whatever is in a ConfigMap may be large or slow to compile; in a process of its own it holds nobody up, and
can be ended. It prints one JSON list of lines.
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
from sidecar.processes.policy_cases import results, sources_of, suite_of

WITHIN = 8.0  # seconds; the API server waits for ten
AT_ONCE = 2
SLOW = f"these policies could not be looked at within {WITHIN:.0f} seconds: spread them over several ConfigMaps"
BROKEN = "these policies could not be looked at: the check itself ended early; the webhook's log says more"


class PolicyCheck:
    """`await check({"a.yaml": text})`: the lines that are wrong."""

    def __init__(self, within: float = WITHIN) -> None:
        self._within = within
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, files: Mapping[str, str]) -> Sequence[str]:
        try:
            async with asyncio.timeout(self._within), self._turns:
                with tempfile.TemporaryDirectory(prefix="gatehouse-") as folder:
                    for name, text in files.items():
                        await asyncio.to_thread((Path(folder) / name).write_text, text, "utf-8")
                    return await _asked(folder)
        except TimeoutError:
            return (SLOW,)


async def _asked(folder: str) -> Sequence[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, folder, stdout=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.DEVNULL
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return [str(line) for line in json.loads(said)] if process.returncode == 0 else (BROKEN,)


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
    sys.stdout.write(json.dumps(complaints(Path(sys.argv[1]))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
