"""Anchors as the configuration names them."""

from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.processes.anchoring import anchors, asked_elsewhere, kept
from sidecar.settings.load import load
from sidecar.settings.values import Settings
from tests.unit.record.gates import gate

FAR = "{s3: {bucket: b, prefix: p, endpoint: 'http://127.0.0.1:9', region: r}}, {control: true}"


def settings(folder: Path, listed: str) -> Settings:
    (folder / "p.yaml").write_text("policy: p\n")
    text = "state: state\npolicies: [p.yaml]\ndevelopment: {identity: true}\ncontrol: {url: 'http://127.0.0.1:9'}\n"
    (folder / "gatehouse.yaml").write_text(f"{text}record: {{anchors: [{listed}]}}\n")
    return load(folder / "gatehouse.yaml")


def test_each_kind_by_its_name(tmp_path: Path) -> None:
    given = settings(tmp_path, f"{{file: far/lines}}, {{stdout: true}}, {FAR}")
    assert [anchor.name for anchor in anchors(given)] == [
        f"file:{tmp_path / 'far' / 'lines'}",
        "stdout",
        "s3:127.0.0.1:9/b/p",
        "control:http://127.0.0.1:9",
    ]
    assert asked_elsewhere(given) == ["s3:127.0.0.1:9/b/p", "control:http://127.0.0.1:9"]


def test_one_that_cannot_be_read_stops_a_check_unless_it_is_offline(tmp_path: Path) -> None:
    given = settings(tmp_path, "{control: true}")
    with pytest.raises(ConfigurationError, match="there is no token") as refused:
        kept(given)
    assert "--offline" in str(refused.value)
    given.state.mkdir()
    (given.state / "control.key").write_text("t")
    with pytest.raises(ConfigurationError, match="does not answer"):
        kept(given)
    assert kept(given, offline=True) == []


async def test_a_file_is_read_under_the_name_that_the_record_has_for_it(tmp_path: Path) -> None:
    given = load(await gate(tmp_path))
    (anchor,) = kept(given)
    assert (anchor.named, anchor.name) == (True, anchors(given)[0].name)
    assert anchor.checkpoints
    (tmp_path / "state" / "anchor" / "checkpoints.jsonl").unlink()
    assert kept(given) == []
