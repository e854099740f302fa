"""A pod's own identity, as it is written."""

from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.core.model.claims import Mapped
from sidecar.settings.load import load
from sidecar.settings.values import Workload


def loaded(folder: Path, text: str) -> Workload:
    file = folder / "gatehouse.yaml"
    (folder / "p.yaml").write_text("policy: p")
    file.write_text(f"policies: [p.yaml]\nidentity: {{workload: {text}}}\n")
    found = load(file, {}).workload
    assert found is not None
    return found


def test_the_usual_names_are_the_clusters(tmp_path: Path) -> None:
    pod = loaded(tmp_path, "{jwks: {url: 'https://control.example/keys'}}")
    assert (pod.provider.name, pod.provider.audiences) == ("pod", ("gatehouse",))
    assert pod.provider.issuer == "https://kubernetes.default.svc.cluster.local"
    assert (pod.token, pod.stand_in) == (Path("/var/run/secrets/gatehouse/token"), "gatehouse")


def test_groups_come_from_claims(tmp_path: Path) -> None:
    text = "{jwks: {file: keys.json}, token: t, map: [{where: {sub: 'system:serviceaccount:a:*'}, groups: [a]}]}"
    pod = loaded(tmp_path, text)
    assert pod.mapped == (Mapped({"sub": "system:serviceaccount:a:*"}, ("a",)),)
    assert (pod.provider.jwks.file, pod.token) == (tmp_path / "keys.json", tmp_path / "t")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "identity.workload.jwks: is required"),
        ("{jwks: {}}", "exactly one"),
        ("{jwks: {file: a, url: 'https://b'}}", "exactly one"),
        ("{jwks: {file: a}, audiences: []}", "audiences"),
        ("{jwks: {file: a}, tokens: b}", "tokens"),
    ],
)
def test_mistakes(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        loaded(tmp_path, text)


def test_off_unless_written(tmp_path: Path) -> None:
    (tmp_path / "gatehouse.yaml").write_text("development: {identity: true}\n")
    assert load(tmp_path / "gatehouse.yaml", {}).workload is None
