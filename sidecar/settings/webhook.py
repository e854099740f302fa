"""What the admission webhook knows of its release: `webhook.yaml`, as the rest of the program sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sidecar.settings.cluster import ClusterAccess as ClusterAccess  # noqa: PLC0414  (others know it from here)
from sidecar.settings.values import Log, Metrics

Resources = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Certificates:
    """`folder`: where somebody else's certificate is mounted. `secret`: where our own is kept. `mutating` and
    `validating`: the configurations that must know the authority."""

    self_managed: bool
    folder: Path
    secret: str
    names: tuple[str, ...]
    mutating: str
    validating: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A ConfigMap of policies, and the folder under /etc/gatehouse/policies that it becomes."""

    config_map: str
    folder: str


@dataclass(frozen=True, slots=True)
class Keys:
    """A Secret in the pod's namespace, and which of its keys are mounted."""

    name: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Authorities:
    """A ConfigMap of authorities beside the public ones, and its key."""

    config_map: str
    key: str


@dataclass(frozen=True, slots=True)
class Injection:
    """What goes beside an agent, and where."""

    namespace: str
    default: bool
    excluded: frozenset[str]
    native: str
    explicit: str
    connection: str
    connections: tuple[str, ...]
    image: str
    pull_policy: str
    pull_secrets: tuple[str, ...]
    user: int | None
    authority: str
    authority_key: str
    label: tuple[str, str]
    metrics_port: str
    settings: str
    settings_key: str
    policies: tuple[Folder, ...]
    identity: tuple[str, ...]
    authorities: Authorities | None
    secrets: tuple[Keys, ...]
    csi: tuple[str, ...]
    audience: str
    token_seconds: int
    token: bool
    spool_size: str
    spool_class: str
    envoy: Resources = field(default_factory=dict)
    data_plane: Resources = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Webhook:
    """`inject`, `policies`, `copies`, `pods`: paths at which the API server asks. `user`: what it calls this
    program."""

    release: str
    namespace: str
    address: str
    port: int
    metrics: Metrics
    log: Log
    certificates: Certificates
    cluster: ClusterAccess
    inject: str
    policies: str
    injection: Injection
    copies: str = "/copies"
    pods: str = "/pods"
    user: str = ""
