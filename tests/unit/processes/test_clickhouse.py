"""Where a local ClickHouse can stand, and that it ends cleanly when told to."""

from pathlib import Path

import pytest

from sidecar.processes.clickhouse import beside
from tests.clickhouse_server import clickhouse


@pytest.mark.parametrize(
    ("url", "place"),
    [
        (None, None),
        ("http://127.0.0.1:8123/gatehouse", ("127.0.0.1", 8123)),
        ("http://localhost/gatehouse", ("127.0.0.1", 8123)),
        ("http://[::1]:9000/gatehouse", ("::1", 9000)),
        ("http://user:word@127.0.0.2:1/x", ("127.0.0.2", 1)),
        ("https://127.0.0.1:8443/gatehouse", None),
        ("http://db.internal:8123/gatehouse", None),
        ("http://10.0.0.1:8123/gatehouse", None),
    ],
)
def test_only_a_plain_loopback_address_is_ours_to_serve(url: str | None, place: tuple[str, int] | None) -> None:
    assert beside(url) == place


def test_told_to_stop_it_ends_with_nothing_to_say(tmp_path: Path) -> None:
    with clickhouse(tmp_path) as server:
        assert server.stop() == 0
