"""`gatehouse audit retry`, against a local ClickHouse, and what `audit verify` says meanwhile."""

import json
from pathlib import Path

import clickhouse_connect
import pytest

from sidecar.cli.main import main
from sidecar.record.clickhouse import set_aside
from sidecar.record.reader import events
from tests.clickhouse_server import clickhouse
from tests.unit.record.clickhouse.chained import many
from tests.unit.record.gates import gate

FIRST, SECOND = many(2)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "gatehouse.yaml"
    file.write_text(f"development: {{identity: true}}\nrecord: {{spool: '{tmp_path}'}}\n")
    return file


def run(config: Path, *words: str) -> int:
    return main(["audit", *words, "--config", str(config)])


def test_nothing_was(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, "retry") == 0
    assert capsys.readouterr().out == "Nothing is set aside.\n"


def test_they_are_listed_without_a_database(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_aside.put(config.parent, SECOND, "too much")
    assert run(config, "retry") == 0
    told = capsys.readouterr().out
    assert all(part in told for part in ("gc_1", "too much", "1 set aside; `gatehouse audit retry --now`"))
    assert run(config, "retry", "--json") == 0
    row = json.loads(capsys.readouterr().out)
    assert row == {"chain": "gc_1", "seq": 2, "at": SECOND.at, "kind": "answered", "reason": "too much"}


def test_without_a_database_nothing_can_be_tried(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, "retry", "--now") == 2
    assert "there is no database to ask" in capsys.readouterr().err


async def test_refused_named_and_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An event that the database refuses is set aside, told by `audit verify` as such, and goes when it may."""
    config = await gate(tmp_path, lives=1)
    with clickhouse(tmp_path / "data") as server:
        config.write_text(f"{config.read_text()}record: {{clickhouse: '{server.url}/r'}}\n")
        assert run(config, "migrate") == 0
        client = clickhouse_connect.get_client(host="127.0.0.1", port=server.port, database="r")
        spool = next(tmp_path.rglob("spool.sqlite")).parent
        for event in events(spool):
            set_aside.put(spool, event, "not yet")
        client.command("ALTER TABLE events ADD CONSTRAINT odd CHECK seq != 3")
        assert run(config, "retry", "--now") == 1
        assert "1 still refused" in capsys.readouterr().out
        assert run(config, "verify") == 0
        told = capsys.readouterr().out
        assert "set aside: " in told
        assert "1 events are here and not in the database" in told
        assert run(config, "verify", "--json") == 0
        (aside,) = json.loads(capsys.readouterr().out)["set_aside"]
        assert (aside["seq"], "code 469" in aside["reason"]) == (3, True)
        client.command("ALTER TABLE events DROP CONSTRAINT odd")
        client.close()
        assert run(config, "retry", "--now", "--json") == 0
        assert json.loads(capsys.readouterr().out)["reason"] is None
        assert run(config, "retry") == 0
        assert "Nothing is set aside." in capsys.readouterr().out
