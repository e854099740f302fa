from pathlib import Path

from sidecar.record.clickhouse.set_aside import any_kept, kept, put, strike
from tests.unit.record.clickhouse.chained import many


def test_nothing_was(tmp_path: Path) -> None:
    assert list(kept(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


def test_it_stays_whole_with_the_reason(tmp_path: Path) -> None:
    first, second = many(2)
    put(tmp_path, second, "too much")
    put(tmp_path, first, "too little")
    put(tmp_path, first, "too little")
    assert list(kept(tmp_path)) == [(first, "too little"), (second, "too much")]


def test_what_is_struck_off_is_gone(tmp_path: Path) -> None:
    first, second = many(2)
    assert not any_kept(tmp_path)
    strike(tmp_path, [])
    assert list(tmp_path.iterdir()) == []
    for event in (first, second):
        put(tmp_path, event, "no")
    strike(tmp_path, [first])
    assert [event for event, _ in kept(tmp_path)] == [second]
    assert any_kept(tmp_path)
