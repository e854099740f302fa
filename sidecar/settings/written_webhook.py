"""`webhook.yaml` as the chart writes it: the whole agreement between the chart and the admission webhook."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from sidecar.core.errors import ConfigurationError
from sidecar.core.model.document import read_yaml, validated
from sidecar.settings import webhook as w
from sidecar.settings.section import Section
from sidecar.settings.units import Address, Name, Port, Text
from sidecar.settings.values import Log, Metrics
from sidecar.settings.written_cluster import ClusterSection, cluster_from

Quantities = dict[Literal["requests", "limits"], dict[Text, str | int | float]]
Path_ = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_-]+)+$")]


class ListenSection(Section):
    address: Address = "0.0.0.0"  # noqa: S104  (the API server comes from elsewhere)
    port: Port = 15443


class MetricsSection(Section):
    address: Address = "0.0.0.0"  # noqa: S104  (the kubelet does as well)
    port: Port = 15095


class LogSection(Section):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "text"] = "json"


class CertificatesSection(Section):
    self_managed: bool
    folder: Text = "/etc/gatehouse/tls"
    secret: Text
    names: tuple[Text, ...]
    mutating: Text
    validating: Text


class PathsSection(Section):
    inject: Path_ = "/inject"
    policies: Path_ = "/policies"
    copies: Path_ = "/copies"
    pods: Path_ = "/pods"


class AuthoritySection(Section):
    configMap: Text  # noqa: N815  (as Kubernetes writes it)
    key: Text = "ca.crt"


class LabelSection(Section):
    name: Text = "gatehouse.dev/injected-by"
    value: Text


class SettingsSection(Section):
    configMap: Text  # noqa: N815
    key: Text = "gatehouse.yaml"


class FolderSection(Section):
    configMap: Text  # noqa: N815
    folder: Text


class KeysSection(Section):
    name: Text
    keys: tuple[Text, ...]


class TokenSection(Section):
    audience: Text = "gatehouse"
    # The API server gives no shorter ones.
    expiration_seconds: Annotated[int, Field(ge=600)] = 3600
    used: bool = True


class SpoolSection(Section):
    size: Text = "1Gi"
    storage_class: str = ""


class ResourcesSection(Section):
    envoy: Quantities = Field(default_factory=dict)
    data_plane: Quantities = Field(default_factory=dict)


class InjectionSection(Section):
    default: bool = False
    excluded_namespaces: tuple[Text, ...] = ()
    native_sidecars: Literal["auto", "always", "never"] = "auto"
    explicit: Literal["keep", "refuse"] = "keep"
    connection: Name
    connections: tuple[Name, ...]
    image: Text
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] = "IfNotPresent"
    image_pull_secrets: tuple[Text, ...] = ()
    run_as_user: int | None = None
    authority: AuthoritySection
    label: LabelSection
    # Kubernetes allows no longer ones.
    metrics_port: Annotated[str, Field(max_length=15)] = "gate-metrics"
    settings: SettingsSection
    policies: tuple[FolderSection, ...]
    identity: tuple[Text, ...] = ()
    authorities: AuthoritySection | None = None
    secrets: tuple[KeysSection, ...] = ()
    csi: tuple[Text, ...] = ()
    token: TokenSection = TokenSection()
    spool: SpoolSection = SpoolSection()
    resources: ResourcesSection = ResourcesSection()


class WebhookSection(Section):
    release: Text
    namespace: Name
    service_account: Text
    listen: ListenSection = ListenSection()
    metrics: MetricsSection = MetricsSection()
    log: LogSection = LogSection()
    certificates: CertificatesSection
    cluster: ClusterSection = ClusterSection()
    paths: PathsSection = PathsSection()
    injection: InjectionSection


def load_webhook(path: Path) -> w.Webhook:
    """The settings, or every mistake in them."""
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError.single(str(path), f"cannot be read: {error}") from error
    return webhook_from(validated(read_yaml(text, str(path)), WebhookSection), path.absolute().parent)


def webhook_from(written: WebhookSection, folder: Path) -> w.Webhook:
    own = written.certificates
    return w.Webhook(
        release=written.release,
        namespace=written.namespace,
        address=written.listen.address,
        port=written.listen.port,
        metrics=Metrics(written.metrics.address, written.metrics.port),
        log=Log(written.log.level, written.log.format),
        certificates=w.Certificates(
            own.self_managed, folder / own.folder, own.secret, own.names, own.mutating, own.validating
        ),
        cluster=cluster_from(written.cluster, folder),
        inject=written.paths.inject,
        policies=written.paths.policies,
        injection=_injection(written.injection, written.namespace),
        copies=written.paths.copies,
        pods=written.paths.pods,
        user=f"system:serviceaccount:{written.namespace}:{written.service_account}",
    )


def _injection(written: InjectionSection, namespace: str) -> w.Injection:
    settings, authority = written.settings, written.authority
    return w.Injection(
        namespace=namespace,
        default=written.default,
        excluded=frozenset((*written.excluded_namespaces, namespace)),
        native=written.native_sidecars,
        explicit=written.explicit,
        connection=written.connection,
        connections=written.connections,
        image=written.image,
        pull_policy=written.image_pull_policy,
        pull_secrets=written.image_pull_secrets,
        user=written.run_as_user,
        authority=authority.configMap,
        authority_key=authority.key,
        label=(written.label.name, written.label.value),
        metrics_port=written.metrics_port,
        settings=settings.configMap,
        settings_key=settings.key,
        policies=tuple(w.Folder(one.configMap, one.folder) for one in written.policies),
        identity=written.identity,
        authorities=w.Authorities(own.configMap, own.key) if (own := written.authorities) else None,
        secrets=tuple(w.Keys(one.name, one.keys) for one in written.secrets),
        csi=written.csi,
        audience=written.token.audience,
        token_seconds=written.token.expiration_seconds,
        token=written.token.used,
        spool_size=written.spool.size,
        spool_class=written.spool.storage_class,
        envoy=_resources(written.resources.envoy),
        data_plane=_resources(written.resources.data_plane),
    )


def _resources(written: Quantities) -> w.Resources:
    return {kind: {name: str(value) for name, value in named.items()} for kind, named in written.items()}
