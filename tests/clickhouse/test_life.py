"""Starting, stopping, and being killed: what was acknowledged is there afterwards."""

import subprocess
import sys
import threading
from pathlib import Path

import clickhouse_connect
from clickhouse_connect.driver.exceptions import Error

from tests.clickhouse_server import Server, clickhouse

SERVE = (sys.executable, "-m", "sidecar.cli.main", "serve", "clickhouse")


def connected(server: Server) -> "clickhouse_connect.driver.client.Client":
    return clickhouse_connect.get_client(host="127.0.0.1", port=server.port)


def refused(*words: str) -> str:
    done = subprocess.run([*SERVE, *words], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


def inserting(server: Server, acknowledged: list[int], enough: threading.Event) -> None:
    with connected(server) as client:
        for number in range(10_000):
            try:
                client.insert("t", [[number, "x" * 100]] * 50, column_names=["a", "b"])
            except Error:
                return
            acknowledged.append(number)
            if len(acknowledged) == 15:
                enough.set()


def test_killed_among_inserts_nothing_acknowledged_is_lost_and_nothing_is_there_in_half(tmp_path: Path) -> None:
    with clickhouse(tmp_path / "data") as server:
        with connected(server) as client:
            client.command("CREATE TABLE t (a UInt64, b String) ENGINE = MergeTree ORDER BY a")
        acknowledged: list[int] = []
        enough = threading.Event()
        writer = threading.Thread(target=inserting, args=(server, acknowledged, enough), daemon=True)
        writer.start()
        assert enough.wait(30)
        server.kill()
        writer.join(60)
    with clickhouse(tmp_path / "data") as server, connected(server) as client:
        counts = dict(client.query("SELECT a, count() FROM t GROUP BY a").result_rows)
    assert set(counts) >= set(acknowledged)
    assert len(counts) <= len(acknowledged) + 1  # the one that was on its way may have arrived
    assert set(counts.values()) == {50}


def test_one_folder_one_process_one_port(tmp_path: Path) -> None:
    with clickhouse(tmp_path / "a b") as server:
        assert "another local ClickHouse uses this data folder" in refused(
            "--port", "0", "--data", str(tmp_path / "a b")
        )
        said = refused("--port", str(server.port), "--data", str(tmp_path / "c"))
        assert f"cannot listen on 127.0.0.1, port {server.port}" in said
        with connected(server) as client:
            client.command("CREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a")
            client.command("INSERT INTO t VALUES (7)")
        slow = threading.Thread(target=sleeping, args=(server,), daemon=True)
        slow.start()
        assert server.stop() == 0
        slow.join(60)
    with clickhouse(tmp_path / "a b") as server, connected(server) as client:
        assert client.command("SELECT a FROM t") == 7


def sleeping(server: Server) -> None:
    try:
        with connected(server) as client:
            client.query("SELECT sleepEachRow(1) FROM numbers(60) SETTINGS max_block_size = 1")
    except Error:
        return
