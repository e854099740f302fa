"""An auditor opens originals, and that stands in the access log first."""

import asyncio
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sidecar.core.errors import ConfigurationError
from sidecar.core.evidence.event import Event
from sidecar.core.exchange.commands import Record
from sidecar.processes.opening import ACCESS, MISSING, Asked, NothingSealed, opened
from sidecar.processes.recording import opened as spool_of
from sidecar.record.reader import events
from sidecar.record.sealing import Sealer
from sidecar.settings.load import load
from sidecar.settings.values import Settings
from sidecar.telemetry.metrics import Metrics

PRIVATE = X25519PrivateKey.generate()


def settings(folder: Path, record: str = "") -> Settings:
    (folder / "p.yaml").write_text("policy: p\nrules: []\n")
    (folder / "public").write_bytes(PRIVATE.public_key().public_bytes_raw())
    (folder / "private").write_bytes(PRIVATE.private_bytes_raw())
    text = "policies: [p.yaml]\ndevelopment: {identity: true}\nrecord: {sealed: {auditor_key: public}"
    (folder / "gatehouse.yaml").write_text(f"{text}{record}}}\n")
    return load(folder / "gatehouse.yaml", {})


async def recorded(of: Settings, *, without: str = "") -> None:
    """An exchange of the session `s-1`; `without`: a kind whose part is not stored."""
    spool = spool_of(of, Metrics())
    sealer = Sealer.of(of.record.auditor_key)
    for kind, original in (("decided", b"a question"), ("answered", b"an answer")):
        record = sealer.sealed(Record(kind, {"exchange": "gx_1", "session": "s-1"}, original=original))
        await spool.record(kind, record.fact, {} if kind == without else record.parts)
    await spool.close()


def access(of: Settings) -> list[Event]:
    return [one for one in events(of.state / ACCESS) if one.kind == "sealed_opened"]


@pytest.mark.parametrize("name", ["gx_1", "s-1"])
def test_an_exchange_and_a_session(tmp_path: Path, name: str) -> None:
    of = settings(tmp_path)
    asyncio.run(recorded(of))
    opening = opened(of, tmp_path / "private", Asked(name, "ticket 7"))
    assert opening.complete
    assert [one.data for one in opening.found] == [b"a question", b"an answer"]
    (event,) = access(of)
    assert event.fact["asked_for"] == name
    assert event.fact["reason"] == "ticket 7"
    assert [one["kind"] for one in event.fact["opened"]] == ["decided", "answered"]
    assert event.fact["by"]
    assert b"question" not in event.body
    opened(of, tmp_path / "private", Asked(name))
    assert len(access(of)) == 2


def test_what_stays_closed_is_told_and_recorded(tmp_path: Path) -> None:
    of = settings(tmp_path)
    asyncio.run(recorded(of, without="answered"))
    (tmp_path / "other").write_bytes(X25519PrivateKey.generate().private_bytes_raw())
    opening = opened(of, tmp_path / "other", Asked("gx_1"))
    assert not opening.complete
    first, second = opening.found
    assert (first.data, second.data) == (None, None)
    assert "sealed for the key" in str(first.why)
    assert second.why == MISSING
    (event,) = access(of)
    assert event.fact["opened"] == []
    assert len(event.fact["not_opened"]) == 2


def test_what_nobody_sealed(tmp_path: Path) -> None:
    with pytest.raises(NothingSealed, match="gx_9"):
        opened(settings(tmp_path), tmp_path / "private", Asked("gx_9"))


def test_without_an_access_log_nothing_is_opened(tmp_path: Path) -> None:
    of = settings(tmp_path)
    asyncio.run(recorded(of))
    (of.state / ACCESS).write_text("a file in its place")
    with pytest.raises(ConfigurationError):
        opened(of, tmp_path / "private", Asked("gx_1"))


def test_a_database_that_does_not_answer_is_told(tmp_path: Path) -> None:
    of = settings(tmp_path, ", clickhouse: 'http://127.0.0.1:9/gatehouse'")
    with pytest.raises(NothingSealed, match="the database was not asked"):
        opened(of, tmp_path / "private", Asked("gx_1"))
    asyncio.run(recorded(of))
    opening = opened(of, tmp_path / "private", Asked("gx_1"))
    assert [one.data for one in opening.found] == [b"a question", b"an answer"]
    assert not opening.complete
    assert "does not answer" in str(opening.unasked)
