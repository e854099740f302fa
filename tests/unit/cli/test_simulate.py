import argparse
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sidecar.cli import simulate
from sidecar.core.errors import ConfigurationError
from sidecar.simulator.magic import WORDS
from sidecar.simulator.recording import read_recording
from tests.limited import limited, line

PROGRAM = (sys.executable, "-c", "import sys; from sidecar.cli.main import main; sys.exit(main())", "simulate")


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    simulate.register(parser)
    return parser.parse_args(words)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The real program with a script, a recording and a key, and where it answers."""
    (tmp_path / "s.yaml").write_text("turns:\n  - {match: hi, reply: [{text: scripted}]}\n")
    (tmp_path / "key").write_text("good\n")
    given = ("--port", "0", "--script", str(tmp_path / "s.yaml"), "--record", str(tmp_path / "r.jsonl"))
    process = subprocess.Popen(
        (*PROGRAM, *given, "--api-key-file", str(tmp_path / "key")),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    said = line(process)
    yield process, next(word for word in said.split() if word.startswith("http"))
    if process.poll() is None:
        process.kill()
    process.communicate(timeout=30)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_where_it_answers_and_stops_cleanly(
    sign: int, started: tuple[subprocess.Popen[str], str], tmp_path: Path
) -> None:
    process, url = started
    body = {"model": "claude-test", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
    answers = [
        httpx.post(f"{url}/v1/messages", json=body, headers={"x-api-key": key, "anthropic-version": "1"})
        for key in ("good", "bad")
    ]
    assert [answer.status_code for answer in answers] == [200, 401]
    assert answers[0].json()["content"] == [{"type": "text", "text": "scripted"}]
    process.send_signal(sign)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "", "")
    assert [received.header("x-api-key") for received in read_recording(tmp_path / "r.jsonl")] == ["good", "bad"]


def test_told_to_stop_while_it_starts_it_stops_as_cleanly() -> None:
    """A signal that comes before anybody waits for it, as one does on a busy machine, is kept."""
    early = (
        "import os, signal, sys\n"
        "from sidecar.cli.main import main\n"
        "from sidecar.simulator import serve\n"
        "start = serve.start\n"
        "serve.start = lambda options: os.kill(os.getpid(), signal.SIGTERM) or start(options)\n"
        "sys.exit(main(['simulate', '--port', '0']))\n"
    )
    done = subprocess.run((sys.executable, "-c", early), capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with pytest.raises(ConfigurationError, match=f"port {port} .*--port") as caught:
            simulate.run(parsed("--port", port))
    assert len(caught.value.mistakes) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--script", "/nowhere/s.yaml"), "cannot read this script"),
        (("--record", "/nowhere/r.jsonl"), "cannot record there"),
        (("--api-key-file", "/nowhere/key"), "the key cannot be read"),
    ],
)
def test_files_that_are_not_there(words: tuple[str, ...], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        simulate.run(parsed("--port", "0", *words))


def test_help_tells_every_magic_word(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("--help")
    out = capsys.readouterr().out
    assert all(f"[[{word}" in out for word in WORDS)


def test_the_identity_provider_in_its_place() -> None:
    words = (*PROGRAM, "--identity-provider", "--port", "0", "--user", "eve:admins,ops")
    with limited(subprocess.Popen(words, stdout=subprocess.PIPE, text=True)) as process:
        url = next(word for word in process.stdout.readline().split() if word.startswith("http"))
        found = httpx.get(f"{url}/.well-known/openid-configuration", trust_env=False).json()
        process.terminate()
    assert (found["issuer"], process.returncode) == (url, 0)


@pytest.mark.parametrize("user", ["", ":admins", "two words:a"])
def test_users_that_are_none(user: str) -> None:
    with pytest.raises(SystemExit):
        parsed("--identity-provider", "--user", user)
