"""`gatehouse audit open`, as it is typed."""

import asyncio
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sidecar.cli.main import main
from sidecar.core.exchange.commands import Record
from sidecar.processes.recording import opened
from sidecar.record.sealing import Sealer
from sidecar.settings.load import load
from sidecar.telemetry.metrics import Metrics

COMMANDS = {"open": ("sidecar.cli.audit_open", "sealed originals, for an auditor")}
ORIGINALS = {"decided": "a qu\u00e9stion".encode(), "answered": b"\xff\x00"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    private = X25519PrivateKey.generate()
    (tmp_path / "p.yaml").write_text("policy: p\nrules: []\n")
    (tmp_path / "public").write_bytes(private.public_key().public_bytes_raw())
    (tmp_path / "private").write_bytes(private.private_bytes_raw())
    (tmp_path / "other").write_bytes(X25519PrivateKey.generate().private_bytes_raw())
    text = "policies: [p.yaml]\ndevelopment: {identity: true}\nrecord: {sealed: {auditor_key: public}}\n"
    (tmp_path / "gatehouse.yaml").write_text(text)
    asyncio.run(_recorded(tmp_path))
    return tmp_path


async def _recorded(folder: Path) -> None:
    settings = load(folder / "gatehouse.yaml", {})
    spool = opened(settings, Metrics())
    sealer = Sealer.of(folder / "public")
    for kind, original in ORIGINALS.items():
        record = sealer.sealed(Record(kind, {"exchange": "gx_1", "session": "s"}, original=original))
        await spool.record(kind, record.fact, record.parts)
    await spool.close()


def run(folder: Path, *words: str, key: str = "private") -> int:
    config = ("--config", str(folder / "gatehouse.yaml"), "--key", str(folder / key))
    return main(["open", *words, *config], COMMANDS)


def test_as_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "s") == 0
    told = capsys.readouterr().out
    assert "=== gx_1 decided" in told
    assert "a qu\u00e9stion" in told
    assert "\\xff" in told


def test_as_lines(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "gx_1", "--json") == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["kind"], first["text"]) == ("decided", "a qu\u00e9stion")
    assert (second["exchange"], second["base64"]) == ("gx_1", "/wA=")


def test_as_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "gx_1", "--out", str(folder / "out")) == 0
    named = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert [one.read_bytes() for one in named] == list(ORIGINALS.values())
    assert {one.stat().st_mode & 0o777 for one in named} == {0o600}


def test_what_stays_closed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "gx_1", key="other") == 1
    told = capsys.readouterr()
    assert "sealed for the key" in told.err
    assert told.out == ""
    assert run(folder, "gx_1", "--json", key="other") == 1
    assert json.loads(capsys.readouterr().out.splitlines()[0])["text"] is None


WRONG = (
    ("nothing of that name", ("gx_9",), "private", 1, "nothing was sealed"),
    ("not a key", ("gx_1",), "p.yaml", 2, "not a private key"),
    ("no such file", ("gx_1",), "none", 2, "cannot be read"),
)


@pytest.mark.parametrize(("note", "words", "key", "code", "said"), WRONG, ids=[note for note, *_ in WRONG])
def test_mistakes(
    folder: Path, capsys: pytest.CaptureFixture[str], note: str, words: tuple[str, ...], key: str, code: int, said: str
) -> None:
    assert run(folder, *words, key=key) == code
    assert said in capsys.readouterr().err
