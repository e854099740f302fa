"""Anchors over both databases: kept as they came, nothing replaced."""

import json

import pytest

from sidecar.control.desk.anchors import Anchors, NotACheckpoint
from sidecar.control.store.store import Store
from tests.people import Clock


def line(chain: str, count: int, root: str = "aa") -> bytes:
    return json.dumps({"chain": chain, "count": count, "root": root, "signature": "00"}).encode() + b"\n"


async def test_lines_come_back_as_they_came(store: Store) -> None:
    anchors = Anchors(store, Clock())
    for one in (line("a", 2), line("a", 1), line("b", 1), line("a", 2)):
        await anchors.append(one)
    assert [text.encode() + b"\n" for text in await anchors.read("a")] == [line("a", 1), line("a", 2)]
    assert await anchors.read("a", after=1) == [line("a", 2).decode().strip()]
    assert [json.loads(text)["count"] for text in await anchors.read()] == [2, 1]


async def test_two_stories_about_one_moment_are_both_kept(store: Store) -> None:
    anchors = Anchors(store, Clock())
    await anchors.append(line("a", 2, "aa"))
    await anchors.append(line("a", 2, "bb"))
    assert len(await anchors.read("a")) == 2
    assert len(await anchors.read()) == 2


BAD = [
    b"",
    b"[]",
    b"7",
    b"{}",
    b"not json",
    b"\xff\xfe",
    b'{"chain": 1, "count": 1, "signature": "00"}',
    b'{"chain": "a", "count": "1", "signature": "00"}',
    b'{"chain": "a", "count": true, "signature": "00"}',
    b'{"chain": "a", "count": -1, "signature": "00"}',
    b'{"chain": "a", "count": 1}',
    b'{"chain": "a",\n"count": 1, "signature": "00"}',
    b'{"chain": "a\\u0000", "count": 1, "signature": "00"}',
    b'{"chain": "a", "count": 99999999999999999999, "signature": "00"}',
    b'{"chain": "' + b"a" * 20_000 + b'", "count": 1, "signature": "00"}',
    b"[" * 16_000,
]


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
async def test_what_is_no_checkpoint_is_not_kept(store: Store, bad: bytes) -> None:
    anchors = Anchors(store, Clock())
    with pytest.raises(NotACheckpoint, match="a checkpoint"):
        await anchors.append(bad)
    assert await anchors.read() == []
