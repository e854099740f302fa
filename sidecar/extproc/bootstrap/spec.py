"""What has to be known to configure Envoy.

Rules: every time-out here says why it has its length; a call may be held for as long as its agent waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from sidecar.core.errors import ConfigurationError
from sidecar.extproc.heads import WEBSOCKET
from sidecar.extproc.onward import onward_socket
from sidecar.settings.values import Provider, Settings

# Where the systems we run on keep the certificates of public authorities: Debian, Red Hat, Alpine and macOS.
CA_BUNDLES = tuple(
    Path(path)
    for path in (
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/cert.pem",
    )
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a URL leads: what a cluster needs of it."""

    host: str
    port: int
    tls: bool

    @classmethod
    def of(cls, url: str) -> "Endpoint":
        parts = _split(url)
        tls = parts.scheme == "https"
        return cls(parts.hostname or "", parts.port or (443 if tls else 80), tls)

    @property
    def authority(self) -> str:
        """The `host` header an upstream expects."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise ConfigurationError.single("envoy", f"{url!r} is not a URL of the form http(s)://host[:port]/path")
    return parts


@dataclass(frozen=True, slots=True)
class ProviderSpec:
    """An issuer of tokens; its keys come from a URL or from a file."""

    name: str
    issuer: str
    audiences: tuple[str, ...]
    jwks_url: str | None = None
    jwks_file: Path | None = None
    # Our own keys are published an hour before they sign, and nobody asks a provider more often than this.
    jwks_every: float = 600.0


@dataclass(frozen=True, slots=True)
class WorkloadSpec:
    """Who vouches for this pod, the file with its token, and the key that an agent without a token sends."""

    provider: ProviderSpec
    token: Path
    stand_in: str


@dataclass(frozen=True, slots=True)
class ConnectionSpec:
    """An upstream. A path in the URL is the data plane's business: it writes the whole path. `websocket`: a request may
    leave HTTP for it."""

    name: str
    url: str
    websocket: bool = False


@dataclass(frozen=True, slots=True)
class TlsSpec:
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class BootstrapSpec:
    socket: Path
    secret: str = field(repr=False)
    providers: tuple[ProviderSpec, ...]
    connections: tuple[ConnectionSpec, ...]
    workload: WorkloadSpec | None = None
    address: str = "127.0.0.1"
    port: int = 15080
    tls: TlsSpec | None = None
    admin_port: int = 15081
    admin_socket: Path | None = None  # in place of the port, where others share the network
    access_log: Path | None = None  # None: standard output
    upstream_ca: Path | None = None  # None: what the system trusts
    body_limit: int = 32 * 1024 * 1024
    connect_timeout: float = 5.0
    # No byte in either direction for this long. The agent gives up after ten minutes without an answer and after five
    # within one, so this only clears away calls whose client vanished without a word.
    idle_timeout: float = 3600.0
    # For the whole request to come in, so that slow senders do not hold memory: 32 MiB at 1 Mbit/s.
    upload_timeout: float = 300.0
    drain: float = 30.0
    # A frozen data plane answers no ping; without this a call would hang for as long as its agent waits.
    ping_every: float = 10.0
    ping_wait: float = 5.0
    # Between the clock of the identity provider and ours; none at all would refuse fresh tokens.
    clock_skew: int = 30
    exchanges: int = 4096
    own_tokens: bool = False  # a connection exchanges callers' own tokens

    @property
    def onward(self) -> Path:
        """Where Envoy takes what the data plane sends on after its answer has begun."""
        return onward_socket(self.socket)

    @property
    def websockets(self) -> bool:
        """Some connection takes them."""
        return any(connection.websocket for connection in self.connections)

    @property
    def vouching(self) -> tuple[ProviderSpec, ...]:
        """Everyone whose tokens Envoy verifies."""
        return (*self.providers, *((self.workload.provider,) if self.workload else ()))


def spec_from(settings: Settings, secret: str, providers: Sequence[Provider] | None = None) -> BootstrapSpec:
    """The specification that the settings ask for. `providers`: these instead of the configured ones."""
    listen, envoy = settings.listen, settings.envoy
    return BootstrapSpec(
        socket=envoy.socket,
        secret=secret,
        providers=tuple(_provider(one) for one in (settings.providers if providers is None else providers)),
        connections=tuple(ConnectionSpec(c.name, c.url, WEBSOCKET in c.upgrades) for c in settings.connections),
        workload=WorkloadSpec(_provider(pod.provider), pod.token, pod.stand_in) if (pod := settings.workload) else None,
        address=listen.address,
        port=listen.port,
        tls=TlsSpec(listen.tls.certificate, listen.tls.key) if listen.tls else None,
        admin_port=envoy.admin_port,
        admin_socket=envoy.admin_socket,
        access_log=envoy.access_log,
        upstream_ca=envoy.upstream_ca,
        body_limit=settings.limits.body,
        connect_timeout=envoy.connect_timeout,
        drain=envoy.drain,
        exchanges=settings.limits.exchanges,
        own_tokens=settings.exchanges_callers_tokens,
    )


def _provider(provider: Provider) -> ProviderSpec:
    return ProviderSpec(provider.name, provider.issuer, provider.audiences, provider.jwks.url, provider.jwks.file)
