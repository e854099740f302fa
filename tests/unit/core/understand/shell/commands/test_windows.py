"""PowerShell's options."""

import pytest

from sidecar.core.understand.shell.call import Call, Code, Stream, Word
from sidecar.core.understand.shell.commands.windows import WINDOWS


def _read(line: str, stdin: Stream | None = None) -> tuple[list[str], bool]:
    name, *words = line.split()
    call = Call(name, tuple(map(Word, words)), stdin) if stdin else Call(name, tuple(map(Word, words)))
    reading = WINDOWS[name](call)
    return [run.word.text for run in reading.runs if isinstance(run, Code)], bool(reading.unread)


@pytest.mark.parametrize(
    ("line", "codes", "unread"),
    [
        ("pwsh -c Get-Date -Format o", ["Get-Date -Format o"], False),
        ("pwsh -NoProfile -Command Get-Date", ["Get-Date"], False),
        ("powershell -ExecutionPolicy Bypass Get-Date", ["Get-Date"], False),
        ("powershell.exe -nop -w hidden -enc QQA=", [], True),
        ("powershell -e QQA=", [], True),
        ("pwsh -File build.ps1 -Force", [], False),
        ("pwsh build.ps1", [], False),
        ("pwsh", [], False),
    ],
)
def test_what_is_run(line: str, codes: list[str], unread: bool) -> None:
    assert _read(line) == (codes, unread)


def test_text_that_comes_in() -> None:
    assert _read("pwsh", Stream("Get-Date")) == (["Get-Date"], False)
    assert _read("pwsh -c -", Stream()) == ([], True)
