"""The real data plane behind a real registry: a bundle in force, a newer one, a forged one, and a start without it."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sidecar.record.reader import events
from sidecar.rulebook.bundle.artifact import described
from tests.bundle_server import Registry, served
from tests.bundles import THEIRS, bundle, manifest, policy, public_of
from tests.gate import free_ports
from tests.limited import stopped
from tests.polling import until

WITHIN = 120.0  # seconds; on a busy machine a start with its check takes half of that
PROGRAM = (sys.executable, "-m", "sidecar.cli.main")


def configured(folder: Path, hall: Registry) -> int:
    port, *_ = free_ports(1)
    url = hall.url.replace("http://", "oci+http://") + "/rules:stable"
    (folder / "gatehouse.yaml").write_text(
        f"policies: {{bundle: {{url: '{url}', public_keys: ['{public_of('ours')}'], every: 1s}}}}\n"
        f"metrics: {{port: {port}}}\ndevelopment: {{identity: true, simulator: true}}\n"
    )
    return port


def publish(hall: Registry, version: int, **more: object) -> None:
    files = {"a.yaml": policy(f"word{version}")}
    raw = bundle(version, files, **more)  # type: ignore[arg-type]
    hall.put(described(raw, manifest(version, files)), raw, tag="stable")


def numbers(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            return str(answer.read().decode())
    except (OSError, urllib.error.URLError):
        return ""


def in_force(port: int, version: int) -> bool:
    found = [line for line in numbers(port).splitlines() if line.startswith("gatehouse_bundle_version{")]
    return len(found) == 1 and found[0].endswith(f" {version}.0")


@contextmanager
def data_plane(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "log").open("ab") as log:
        words = (*PROGRAM, "serve", "data-plane", "--config", str(folder / "gatehouse.yaml"))
        process = subprocess.Popen(words, stdout=log, stderr=log)
        try:
            yield process
        finally:
            stopped(process)


async def test_a_bundle_and_what_follows_it(tmp_path: Path) -> None:
    with served(Registry()) as hall:
        assert isinstance(hall, Registry)
        publish(hall, 1)
        port = configured(tmp_path, hall)
        with data_plane(tmp_path):
            await until(lambda: in_force(port, 1), WITHIN)
            publish(hall, 2)
            await until(lambda: in_force(port, 2), WITHIN)
            publish(hall, 3, key=THEIRS)
            await until(lambda: "gatehouse_policy_stale 1.0" in numbers(port), WITHIN)
            assert in_force(port, 2)
    facts = [(event.kind, event.fact) for event in events(tmp_path / ".gatehouse" / "spool")]
    loaded = [fact["bundle"] for kind, fact in facts if kind == "policy_loaded"]
    assert [(one["name"], one["version"]) for one in loaded] == [("company", 1), ("company", 2)]
    (refused,) = (fact["mistakes"] for kind, fact in facts if kind == "policy_refused")
    assert "which is none of the trusted keys" in str(refused)
    said = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [line["bundle"] for line in said if line["event"] == "bundle taken"] == ["company@1", "company@2"]

    # The registry is gone, and what is kept goes on.
    with data_plane(tmp_path):
        await until(lambda: in_force(port, 2), WITHIN)
        assert 'gatehouse_bundle_looks_total{outcome="away"} 1.0' in numbers(port)


async def test_with_nothing_to_start_with_there_is_a_sentence(tmp_path: Path) -> None:
    with served(Registry()) as hall:
        assert isinstance(hall, Registry)
        configured(tmp_path, hall)
        with data_plane(tmp_path) as process:
            await until(lambda: process.poll() is not None, WITHIN)
        assert process.returncode == 2
    said = (tmp_path / "log").read_text()
    assert "rules:stable does not exist there (answered 404)" in said
    assert "without its rules nothing may pass, so the gate does not start" in said
