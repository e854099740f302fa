"""What the webhook knows of a release in tests, and pods that are about to be made."""

from dataclasses import replace
from typing import Any

from sidecar.settings.webhook import Folder, Injection, Keys

Object = dict[str, Any]
INJECTION = Injection(
    namespace="gatehouse",
    default=False,
    excluded=frozenset(("gatehouse", "kube-system")),
    native="auto",
    explicit="keep",
    connection="claude",
    connections=("claude", "batch"),
    image="registry.example.com/gatehouse@sha256:" + "ab" * 32,
    pull_policy="IfNotPresent",
    pull_secrets=("registry",),
    user=65532,
    authority="gatehouse-authority",
    authority_key="ca.crt",
    label=("gatehouse.dev/injected-by", "gatehouse.gatehouse"),
    metrics_port="gate-metrics",
    settings="gatehouse-sidecar",
    settings_key="gatehouse.yaml",
    policies=(Folder("gatehouse-policies", "inline"), Folder("team-policies", "team-policies")),
    identity=("partner-keys",),
    authorities=None,
    secrets=(Keys("gatehouse-keys", ("link-key", "mask-key")), Keys("gatehouse-upstream", ("anthropic-api-key",))),
    csi=("vault-models",),
    audience="gatehouse",
    token_seconds=3600,
    token=True,
    spool_size="1Gi",
    spool_class="",
    envoy={"requests": {"cpu": "50m", "memory": "96Mi"}, "limits": {"memory": "512Mi"}},
    data_plane={"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "1Gi"}},
)


def release(**changed: Any) -> Injection:
    return replace(INJECTION, **changed)


def pod(*containers: Object, annotations: dict[str, str] | None = None, **spec: Any) -> Object:
    metadata: Object = {"generateName": "coder-", "labels": {"app": "coder"}}
    if annotations:
        metadata["annotations"] = annotations
    listed = list(containers) or [{"name": "agent", "image": "agent:1"}]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": listed, **spec}}


def env(container: Object) -> dict[str, Any]:
    return {one["name"]: one.get("value", one.get("valueFrom")) for one in container.get("env", ())}


def named(pod: Object, name: str) -> Object:
    spec = pod["spec"]
    return next(one for one in (*spec.get("initContainers", ()), *spec["containers"]) if one["name"] == name)
