"""A data plane's link, as the settings say."""

from pathlib import Path

from sidecar.control.link.link import Load
from sidecar.processes.linking import gauged, linked
from sidecar.settings.load import load
from sidecar.settings.values import Settings
from sidecar.telemetry.metrics import Metrics


def settings(folder: Path, control: str = "{}") -> Settings:
    file = folder / "gatehouse.yaml"
    file.write_text(f"development: {{identity: true}}\ncontrol: {control}\n")
    return load(file, {})


async def test_none_where_no_control_plane_was_started(tmp_path: Path) -> None:
    assert linked(settings(tmp_path), Load, {}) is None


async def test_this_machines_own(tmp_path: Path) -> None:
    here = settings(tmp_path)
    here.control_plane.link_key.parent.mkdir()
    here.control_plane.link_key.write_text("k")
    link = linked(here, Load, {})
    assert link is not None
    metrics = Metrics()
    gauged(link, metrics)
    text = metrics.text().decode()
    assert "gatehouse_control_connected 0.0" in text
    assert "gatehouse_control_silent_seconds -1.0" in text


async def test_one_elsewhere_is_tried_even_without_its_key(tmp_path: Path) -> None:
    assert linked(settings(tmp_path, "{link: {address: 'control:15091', key: {env: LINK}}}"), Load, {}) is not None
