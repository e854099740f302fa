"""The API server's section, in `webhook.yaml` and under `control.cluster_keys`."""

from pathlib import Path

from sidecar.settings.load import load
from sidecar.settings.written_cluster import ClusterSection, cluster_from


def test_in_a_pod_nothing_needs_to_be_written(tmp_path: Path) -> None:
    found = cluster_from(ClusterSection(), tmp_path)
    assert found.url == "https://kubernetes.default.svc"
    assert str(found.ca) == "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"


def test_paths_are_beside_the_file(tmp_path: Path) -> None:
    found = cluster_from(ClusterSection(url="http://127.0.0.1:1", token_file="t", ca=None), tmp_path)
    assert (found.token_file, found.ca) == (tmp_path / "t", None)


def test_the_control_plane_has_it_only_where_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "gatehouse.yaml"
    (tmp_path / "p.yaml").write_text("policy: p")
    rest = "policies: [p.yaml]\ndevelopment: {identity: true}\n"
    file.write_text(f"control: {{cluster_keys: {{}}}}\n{rest}")
    assert load(file, {}).control_plane.cluster_keys == cluster_from(ClusterSection(), tmp_path)
    file.write_text(f"control: {{}}\n{rest}")
    assert load(file, {}).control_plane.cluster_keys is None
