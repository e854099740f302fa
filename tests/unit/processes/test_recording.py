"""The record of a data plane as configured, and the facts of the gate itself."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.core.evidence.checkpoint import checkpoint_of, verified
from sidecar.core.evidence.verdict import Trouble, Verdict
from sidecar.core.exchange.mcp.wish import Act, Wish
from sidecar.core.exchange.rules import Rules
from sidecar.core.policy.book import PolicySource, compile_book
from sidecar.processes.anchoring import kept
from sidecar.processes.proof import ACCESS, source_of
from sidecar.processes.recording import Diary, gauged, opened, shipped, shipping
from sidecar.record.check import checked
from sidecar.record.keys import published
from sidecar.record.reader import events
from sidecar.record.spool_file import NAME, connected
from sidecar.rulebook.bundle import bundle as signed
from sidecar.rulebook.rulebook import Status
from sidecar.settings.load import load
from sidecar.settings.values import Settings
from sidecar.telemetry.metrics import Metrics
from tests.bundles import TRUSTED, bundle
from tests.clickhouse_server import clickhouse
from tests.polling import until


def settings(folder: Path, record: str = "") -> Settings:
    file = folder / "gatehouse.yaml"
    (folder / "p.yaml").write_text("policy: p\nrules: []\n")
    file.write_text(f"policies: [p.yaml]\ndevelopment: {{identity: true}}\nrecord: {{spool: spool{record}}}\n")
    return load(file, {})


async def test_by_default_checkpoints_are_anchored_in_the_state_folder(tmp_path: Path) -> None:
    metrics = Metrics()
    spool = opened(settings(tmp_path), metrics)
    gauged(spool, metrics)
    await spool.record("k", {})
    await spool.close()
    chain = list(events(tmp_path / "spool"))
    (line,) = (tmp_path / ".gatehouse" / "anchor" / "checkpoints.jsonl").read_bytes().splitlines()
    stated = checkpoint_of(chain[-1].fact)
    assert stated is not None
    assert stated.line == line
    assert verified(stated, published(tmp_path / ".gatehouse" / "keys"))
    assert chain[0].fact["gate"]
    assert chain[0].fact["version"]
    told = metrics.text().decode()
    assert "gatehouse_spool_limit_bytes 2.147483648e+09" in told
    assert "gatehouse_record_database 0.0" in told  # and the log says so, too
    assert "gatehouse_anchors_failing 0.0" in told
    assert "gatehouse_spool_bytes 0.0" not in told


async def test_what_is_configured_is_what_runs(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    more = ", limit: 1MiB, checkpoints: {every: 1h, events: 2}, anchors: [{file: far/away.jsonl}, {stdout: true}]"
    spool = opened(settings(tmp_path, more), Metrics())
    assert spool.fill.limit == 1 << 20
    await spool.record("k", {})
    await spool.close()
    lines = (tmp_path / "far" / "away.jsonl").read_text().splitlines()
    assert len(lines) == 2  # after two events, and at the end
    assert capfd.readouterr().out == "".join(f'{{"checkpoint":{line}}}\n' for line in lines)
    assert not (tmp_path / ".gatehouse" / "anchor").exists()


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (", anchors: [{}]", "needs exactly one of"),
        (", anchors: [{file: a, stdout: true}]", "needs exactly one of"),
        (", checkpoints: {events: 0}", "greater than or equal to 1"),
        (", limit: 0", "greater than 0"),
    ],
)
def test_what_cannot_work_is_refused(tmp_path: Path, record: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        settings(tmp_path, record)


class Paper:
    def __init__(self) -> None:
        self.facts: list[tuple[str, Mapping[str, object]]] = []

    async def record(self, kind: str, fact: Mapping[str, object], parts: Mapping[str, bytes]) -> None:
        self.facts.append((kind, fact))


async def test_the_gate_says_each_change_once() -> None:
    paper, refused = Paper(), ConfigurationError.single("p.yaml", "no such detector", 3)
    diary = Diary(paper)  # type: ignore[arg-type]
    rules = Rules.of(compile_book([PolicySource("p.yaml", "policy: engineering\nrules: []\n")], ()))
    for status in (
        Status("one", 1.0, None),
        Status("one", 1.0, None),
        Status("one", 1.0, refused),
        Status("one", 1.0, refused),
        Status("two", 2.0, None),
    ):
        diary.policies(status, rules)
    diary.credential_changed("claude")
    diary.pins(Wish(Act.ACCEPT, "tickets", "ada", "send"), 1)
    await diary.settle()
    assert paper.facts == [
        ("policy_loaded", {"digest": "one", "before": None, "policies": ["engineering"]}),
        ("policy_refused", {"digest": "one", "mistakes": ["p.yaml:3: no such detector"]}),
        ("policy_loaded", {"digest": "two", "before": "one", "policies": ["engineering"]}),
        ("credential_changed", {"connection": "claude"}),
        ("pins_revised", {"act": "accept", "connection": "tickets", "subject": "ada", "tool": "send", "tools": 1}),
    ]


async def test_the_bundle_that_policies_came_in_is_part_of_the_record() -> None:
    paper, rules = Paper(), Rules.of(compile_book([], ()))
    diary = Diary(paper)  # type: ignore[arg-type]
    first, second = (signed.verified(bundle(version), TRUSTED) for version in (1, 2))
    for taken in (first, first, second):
        diary.policies(Status("one", 1.0, None, taken), rules)
    await diary.settle()
    assert [kind for kind, _ in paper.facts] == ["policy_loaded"] * 2  # also where the rules are the same
    told = {"name": "company", "version": 2, "digest": second.digest, "key": second.key}
    assert paper.facts[1][1] == {"digest": "one", "before": "one", "policies": [], "bundle": told}


async def test_without_a_database_nothing_is_shipped(tmp_path: Path) -> None:
    assert shipping(settings(tmp_path), Metrics()) == ()
    await shipped(())


async def test_with_one_the_record_gets_there(tmp_path: Path) -> None:
    with clickhouse(tmp_path / "data") as server:
        of, metrics = settings(tmp_path, f", clickhouse: '{server.url}/records'"), Metrics()
        spool, (shipper, access) = opened(of, metrics), shipping(of, metrics)
        await spool.record("k", {})
        await until(lambda: shipper.shipped >= 2)
        await spool.close()
        # Who opened originals while no database was at hand left a chain of its own.
        log = opened(replace(of, record=replace(of.record, spool=of.state / ACCESS)), Metrics())
        await log.record("sealed_opened", {})
        await log.close()
        await shipped((shipper, access))
        assert (shipper.shipped, access.shipped) == (4, 4)
        source = source_of(of, spool_only=False)
        found = checked(source, published(of.state / "keys"), kept(of))
        assert (found.faults, found.events, len(found.chains)) == ((), 8, 2)


@pytest.mark.parametrize("gone", ["sealed_opened", "chain_opened"])
async def test_who_opened_originals_is_part_of_the_record(tmp_path: Path, gone: str) -> None:
    of = settings(tmp_path)
    for folder in (of.record.spool, of.state / ACCESS):
        spool = opened(replace(of, record=replace(of.record, spool=folder)), Metrics())
        await spool.record("sealed_opened", {})
        await spool.close()

    def verdict() -> Verdict:
        return checked(source_of(of, spool_only=True), published(of.state / "keys"), kept(of))

    assert (verdict().faults, len(verdict().chains)) == ((), 2)
    connection = connected(of.state / ACCESS / NAME)
    connection.execute("DELETE FROM events WHERE kind = ?", (gone,))
    connection.close()
    assert {fault.trouble for fault in verdict().faults} == {Trouble.MISSING}
    (of.state / ACCESS / NAME).unlink()
    assert {fault.trouble for fault in verdict().faults} == {Trouble.MISSING}
