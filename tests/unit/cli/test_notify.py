"""`gatehouse notify`, against a real server."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sidecar.cli.main import main
from tests.receivers import Receiver, answer, receiver

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def other() -> Iterator[Receiver]:
    """In a thread of its own: the command has its own event loop."""
    loop = asyncio.new_event_loop()
    running = threading.Thread(target=loop.run_forever, daemon=True)
    running.start()
    serving = receiver()
    yield asyncio.run_coroutine_threadsafe(serving.__aenter__(), loop).result(10)
    asyncio.run_coroutine_threadsafe(serving.__aexit__(None, None, None), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    running.join(60)
    loop.close()


@pytest.fixture
def config(tmp_path: Path, other: Receiver) -> Path:
    (tmp_path / "chat").write_text(other.url)
    (tmp_path / "secret").write_text("k" * 20)
    (tmp_path / "gatehouse.yaml").write_text(
        f"""
development: {{identity: true}}
control:
  notifications:
    - {{name: chat, to: {{slack: {{file: chat}}}}, rules: [a, "b/*"], approvers: [sre], content: masked}}
    - {{name: books, to: {{webhook: "{other.url}", secret: {{file: secret}}}}, when: [blocked]}}
    - {{name: lost, to: {{slack: {{file: missing}}}}}}
"""
    )
    return tmp_path / "gatehouse.yaml"


def call(config: Path, *words: str) -> int:
    return main(["notify", *words, "--config", str(config)])


def test_delivered(config: Path, other: Receiver, capsys: Captured) -> None:
    assert call(config, "test", "chat") == 0
    assert capsys.readouterr().out == "Delivered: 200 OK: ok\n"
    assert other.requests[0].json["text"].startswith("This is a test")
    assert call(config, "test", "books", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"name": "books", "delivered": True, "said": "200 OK: ok"}
    assert other.requests[1].headers["gatehouse-signature"]
    assert other.requests[1].json["occasion"] == "test"


def test_not_delivered(config: Path, other: Receiver, capsys: Captured) -> None:
    other.answers.append(answer(404, "no_service\x1b[2J"))
    assert call(config, "test", "chat") == 1
    assert capsys.readouterr().out == "Not delivered: 404 Not Found: no_service\\x1b[2J\n"


def test_a_secret_that_is_missing(config: Path, capsys: Captured) -> None:
    assert call(config, "test", "lost") == 1
    assert "missing cannot be read" in capsys.readouterr().out


def test_no_such_destination(config: Path, capsys: Captured) -> None:
    assert call(config, "test", "nobody") == 2
    assert "there is no 'nobody' (chat, books, lost)" in capsys.readouterr().err


def test_list(config: Path, capsys: Captured) -> None:
    assert call(config, "list") == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        "chat  slack: opened, reminder, decided, expired; rules a b/*; approvers sre; with the masked texts",
        "books  webhook: blocked",
    ]
    assert call(config, "list", "--json") == 0
    assert [json.loads(line)["name"] for line in capsys.readouterr().out.splitlines()] == ["chat", "books", "lost"]


def test_nobody_is_told(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "gatehouse.yaml").write_text("development: {identity: true}\n")
    assert call(tmp_path / "gatehouse.yaml", "list") == 0
    assert "Nobody is told" in capsys.readouterr().out
