"""Sealed originals in a real database: found by exchange and by session, once each, bytes as they were."""

from datetime import datetime

import pytest

from sidecar.core.evidence.event import NOTHING_BEFORE, event
from sidecar.record.clickhouse.place import Place, connected
from sidecar.record.clickhouse.schema import migrate
from sidecar.record.originals import ClickHouseShelf, originals
from tests.clickhouse_server import Server
from tests.unit.record.spooling import part

BYTES = bytes(range(256))
(NAME,) = part(BYTES)
DECIDED = {"exchange": "gx_1", "session": "s-1", "sealed": {"part": NAME, "key": "k"}}
FACTS = (
    ("decided", DECIDED),
    ("answered", {"exchange": "gx_1", "sealed": {"part": "ab" * 32, "key": "k"}}),
    ("decided", {"exchange": "gx_2", "session": "s-2", "say": "s-1"}),
    ("policy_loaded", {"digest": "gx_1"}),
)


@pytest.fixture
def place(server: Server, database: str) -> Place:
    where = Place(f"{server.url}/{database}")
    client = connected(where)
    migrate(client, where)
    rows = []
    for seq, (kind, fact) in [*enumerate(FACTS, start=1), (1, FACTS[0])]:
        one = event(NOTHING_BEFORE, "gc_1", seq, f"2026-01-01T00:00:0{seq}Z", kind, fact)
        at = datetime.fromisoformat(one.at.replace("Z", "+00:00"))
        rows.append((one.chain, one.seq, at, one.kind, one.previous, one.hash, one.body.decode()))
    client.insert("events", rows, column_names=["chain", "seq", "at", "kind", "previous", "hash", "body"])
    client.insert("parts", [(bytes.fromhex(NAME), BYTES)], column_names=["digest", "data"])
    client.close()
    return where


@pytest.mark.parametrize("name", ["gx_1", "s-1"])
def test_found(place: Place, name: str) -> None:
    shelf = ClickHouseShelf(place)
    found = originals([shelf], name)
    assert [(one.exchange, one.kind, one.blob) for one in found] == [
        ("gx_1", "decided", BYTES),
        ("gx_1", "answered", None),
    ]
    assert originals([shelf], "s-2") == []
    shelf.close()
