"""The migration's Job, run as its manifest says: it makes the tables in a real ClickHouse, and finds them made."""

import urllib.request
from pathlib import Path

from tests.clickhouse_server import clickhouse
from tests.k8s.node import Pod
from tests.k8s.rig import Object, pods, rendered, values


def ran(objects: list[Object], folder: Path) -> str:
    """What the Job says when it is done."""
    folder.mkdir()
    spec = next(spec for owner, spec in pods(objects) if owner.startswith("Job/gatehouse-migration"))
    maps = {one["metadata"]["name"]: one["data"] for one in objects if one["kind"] == "ConfigMap"}
    pod = Pod(folder.name, spec, folder, {"configMap": maps}, etc=Path("/etc"))
    pod.start()
    code, said = pod.running["migrate"].wait(120), pod.said(spec["containers"][0])
    assert code == 0, said
    return said


def tables(url: str) -> int:
    query = b"SELECT count() FROM system.tables WHERE database = 'gatehouse'"
    with urllib.request.urlopen(url, query, timeout=20) as answer:
        return int(answer.read())


def test_the_job_makes_the_tables_and_finds_them_made(tmp_path: Path) -> None:
    with clickhouse(tmp_path / "database") as server:
        objects = rendered(values("try", record={"clickhouse": f"{server.url}/gatehouse"}))
        first = ran(objects, tmp_path / "first")
        made = tables(server.url)
        assert made > 5, first
        assert ran(objects, tmp_path / "second") != first
        assert tables(server.url) == made
