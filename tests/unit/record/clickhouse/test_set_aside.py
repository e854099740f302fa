from pathlib import Path

from sidecar.record.clickhouse.set_aside import kept, put
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
