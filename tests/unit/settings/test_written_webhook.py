"""`webhook.yaml`, as the chart writes it."""

from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.settings.webhook import Authorities, Folder, Keys
from sidecar.settings.written_webhook import load_webhook

LEAST = """
release: gate
namespace: gatehouse
service_account: gate-webhook
certificates: {self_managed: true, secret: tls, names: [a.svc], mutating: m, validating: v}
injection:
  connection: claude
  connections: [claude]
  image: registry.example.com/gatehouse:1
  authority: {configMap: gate-authority}
  label: {value: gatehouse.gate}
  settings: {configMap: gate-sidecar}
  policies: [{configMap: gate-policies, folder: inline}]
"""


def test_the_least(tmp_path: Path) -> None:
    found = load_webhook(_written(tmp_path, LEAST))
    assert (found.address, found.port, found.inject, found.policies) == ("0.0.0.0", 15443, "/inject", "/policies")  # noqa: S104
    assert (found.copies, found.pods) == ("/copies", "/pods")
    assert found.user == "system:serviceaccount:gatehouse:gate-webhook"
    assert found.cluster.url == "https://kubernetes.default.svc"
    assert str(found.cluster.token_file) == "/var/run/secrets/kubernetes.io/serviceaccount/token"
    made = found.injection
    assert made.excluded == {"gatehouse"}
    assert (made.native, made.explicit, made.token, made.user) == ("auto", "keep", True, None)
    assert made.authorities is None
    assert (made.settings, made.authority) == ("gate-sidecar", "gate-authority")
    assert (made.label, made.metrics_port) == (("gatehouse.dev/injected-by", "gatehouse.gate"), "gate-metrics")


def test_more(tmp_path: Path) -> None:
    more = """  secrets: [{name: keys, keys: [link-key]}]
  csi: [vault]
  authorities: {configMap: company-ca}
  run_as_user: 65532
  spool: {size: 2Gi, storage_class: fast}
  resources: {envoy: {requests: {cpu: 1, memory: 96Mi}}}
cluster: {url: "http://127.0.0.1:1", token_file: t, ca: null}
"""
    found = load_webhook(_written(tmp_path, LEAST + more))
    assert found.injection.secrets == (Keys("keys", ("link-key",)),)
    assert found.injection.authorities == Authorities("company-ca", "ca.crt")
    assert found.injection.policies == (Folder("gate-policies", "inline"),)
    assert found.injection.envoy == {"requests": {"cpu": "1", "memory": "96Mi"}}
    assert (found.injection.spool_size, found.injection.spool_class, found.injection.user) == ("2Gi", "fast", 65532)
    assert (found.cluster.token_file, found.cluster.ca) == (tmp_path / "t", None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("  connection: claude\n", ""), "injection.connection: is required"),
        (("image:", "imag:"), "injection.imag"),
        (("self_managed: true", "self_managed: maybe"), "certificates.self_managed"),
        (("namespace: gatehouse", "namespace: Gate House"), "namespace"),
        (("release: gate", "release: [gate"), "not valid YAML"),
    ],
)
def test_a_mistake_is_named(change: tuple[str, str], said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        load_webhook(_written(tmp_path, LEAST.replace(*change)))
    assert said in str(raised.value)


def test_no_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_webhook(tmp_path / "none.yaml")


def _written(folder: Path, text: str) -> Path:
    file = folder / "webhook.yaml"
    file.write_text(text)
    return file
