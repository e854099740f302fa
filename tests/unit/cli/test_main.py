"""The frame of the command line: finds the command, and says how it ended."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sidecar.cli.main import COMMANDS, main
from sidecar.core.errors import Code, ConfigurationError, Mistake, RecordingFailed, Refused
from tests.limited import limited

NAME = "gatehouse_test_command"
ONE = {"try": (NAME, "try something"), "token": ("no.such.module", "not imported")}


def ends_with(outcome: object) -> ModuleType:
    """A command module whose `run` returns or raises the outcome."""
    module: Any = ModuleType(NAME)
    module.register = lambda parser: parser.add_argument("--word", default="none", help="a word")

    def run(arguments: Any) -> object:
        if isinstance(outcome, BaseException):
            raise outcome
        sys.stdout.write(f"{arguments.word}\n")
        return outcome

    module.run = run
    return module


@pytest.fixture(autouse=True)
def _no_module_stays() -> Iterator[None]:
    yield
    sys.modules.pop(NAME, None)


@pytest.mark.parametrize(
    ("outcome", "code", "err"),
    [
        (0, 0, ""),
        (1, 1, ""),
        (
            ConfigurationError([Mistake("g.yaml", 2, "bad port"), Mistake("g.yaml", 1, "unknown key")]),
            2,
            "g.yaml:1: unknown key\ng.yaml:2: bad port\n",
        ),
        (Refused(403, Code.PERMISSION, "not for you"), 1, "gatehouse: not for you\n"),
        (RecordingFailed("disk full"), 1, "gatehouse: disk full\n"),
        (KeyboardInterrupt(), 130, ""),
        (BrokenPipeError(), 141, ""),
    ],
)
def test_how_a_command_ends(outcome: object, code: int, err: str, capfd: pytest.CaptureFixture[str]) -> None:
    sys.modules[NAME] = ends_with(outcome)
    assert main(["try"], ONE) == code
    assert capfd.readouterr().err == err


def test_a_bug_keeps_its_traceback() -> None:
    sys.modules[NAME] = ends_with(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        main(["try"], ONE)


@pytest.mark.parametrize(
    ("words", "code", "out", "err"),
    [
        (["try", "--word", "hello"], 0, "hello\n", ""),
        (["try", "--help"], 0, "usage: gatehouse try", ""),
        (["try", "--wrod", "x"], 2, "", "unrecognized arguments: --wrod x"),
        (["--help"], 0, "  try    try something\n", ""),
        (["-h"], 0, "  try    try something\n", ""),
        (["help"], 0, "usage: gatehouse COMMAND", ""),
        ([], 2, "usage: gatehouse COMMAND", ""),
        (["--version"], 0, "gatehouse 0.", ""),
        (["tokn"], 2, "", "there is no command 'tokn'; did you mean `gatehouse token`?"),
        (["zzz"], 2, "", "there is no command 'zzz'; `gatehouse --help` lists the commands."),
        (["--verbose"], 2, "", "there is no command '--verbose'"),
    ],
)
def test_words(words: list[str], code: int, out: str, err: str, capsys: pytest.CaptureFixture[str]) -> None:
    sys.modules[NAME] = ends_with(0)
    assert main(words, ONE) == code
    said = capsys.readouterr()
    assert out in said.out
    assert err in said.err
    assert bool(said.out) is bool(out)
    assert bool(said.err) is bool(err)


def test_the_table() -> None:
    for command, (module, line) in COMMANDS.items():
        assert module == f"sidecar.cli.{command}"
        assert line
        assert not line.endswith(".")
        assert line[0].islower()


LIST_MODULES = "import sys; from sidecar.cli.main import main; main(['--help']); print(*sorted(sys.modules), sep='\\n')"


def test_help_imports_no_command_and_nothing_heavy() -> None:
    shown = subprocess.run(
        [sys.executable, "-c", LIST_MODULES], capture_output=True, text=True, check=True, timeout=90
    ).stdout
    loaded = set(shown.split())
    assert "sidecar.cli.main" in loaded
    assert not {"pydantic", "yaml", "grpc", "asyncio", "re2", "sidecar.settings"} & loaded
    assert not {module for module, _ in COMMANDS.values()} & loaded


# What agents and reviewers run again and again while they are logged in, and what speaks for them.
OFTEN = "sidecar.cli.token sidecar.cli.approvals sidecar.cli.sessions sidecar.control.laptop.ask sidecar.control.client"


def test_what_is_run_often_loads_neither_the_settings_nor_keys_nor_the_record() -> None:
    words = [sys.executable, "-c", f"import sys, {', '.join(OFTEN.split())}; print(*sys.modules)"]
    loaded = set(subprocess.run(words, capture_output=True, text=True, check=True, timeout=90).stdout.split())
    assert set(OFTEN.split()) <= loaded
    heavy = {
        "pydantic",
        "yaml",
        "cryptography",
        "grpc",
        "re2",
        "sqlglot",
        "clickhouse_connect",
        "sidecar.settings.load",
    }
    assert not heavy & loaded


@pytest.mark.parametrize("saying", ["print('one line')", "while True: print('x' * 1000)"])
def test_a_reader_who_goes_away_hears_no_complaint(tmp_path: Path, saying: str) -> None:
    (tmp_path / f"{NAME}.py").write_text(
        f"import sys\ndef register(parser): pass\ndef run(arguments):\n  sys.stdin.readline()\n  {saying}\n  return 0\n"
    )
    program = f"import sys; from sidecar.cli.main import main; sys.exit(main(['try'], {ONE!r}))"
    child = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PYTHONPATH": f"{tmp_path}:{Path.cwd()}"},  # with buffered output, as people have it
    )
    assert child.stdin
    assert child.stdout
    assert child.stderr
    child.stdout.close()
    child.stdin.write(b"go\n")
    child.stdin.close()
    with limited(child):
        assert child.stderr.read() == b""
    assert child.returncode == 141
