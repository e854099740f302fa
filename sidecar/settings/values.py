"""The settings as the rest of the program sees them: checked, complete, every path absolute.

Rules: no value in here is a secret. A credential is named by where it comes from, and read by `credentials/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from sidecar.core.model.claims import Mapped
from sidecar.core.model.connection import UPGRADE_TIMEOUT, Connection, Kind
from sidecar.settings.bundle import BundleSettings
from sidecar.settings.control import Control
from sidecar.settings.oauth import OAuth
from sidecar.settings.tokens import Exchange


class Durability(StrEnum):
    """`strict`: a call goes on when its record is on disk. `relaxed`: it does not wait for the disk."""

    STRICT = "strict"
    RELAXED = "relaxed"


@dataclass(frozen=True, slots=True)
class Tls:
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Listen:
    address: str
    port: int
    tls: Tls | None


@dataclass(frozen=True, slots=True)
class Jwks:
    """Exactly one of the two is set."""

    url: str | None
    file: Path | None


@dataclass(frozen=True, slots=True)
class Claims:
    """Names of the claims; dots lead into nested objects."""

    subject: str
    groups: str


@dataclass(frozen=True, slots=True)
class Provider:
    name: str
    issuer: str
    audiences: tuple[str, ...]
    jwks: Jwks
    claims: Claims


@dataclass(frozen=True, slots=True)
class Workload:
    """A pod's own identity, for agents that carry no token and beside the token of the person behind one. `token`: the
    file in which the cluster keeps it fresh. `stand_in`: a key that counts as none. `mapped`: groups that claims make.
    """

    provider: Provider
    token: Path
    stand_in: str
    mapped: tuple[Mapped, ...] = ()


@dataclass(frozen=True, slots=True)
class CredentialSource:
    """Which header carries the credential, and where its value comes from: one of `env`, `file` and `oauth`."""

    header: str
    prefix: str
    env: str | None
    file: Path | None
    oauth: OAuth | None = None


@dataclass(frozen=True, slots=True)
class Upstream:
    """A connection with what the edges need to reach it. `path` is where it answers, besides `/c/<name>/`; `upgrades`
    is what a request may leave HTTP for."""

    name: str
    kind: Kind
    url: str
    path: str | None
    credential: CredentialSource | None
    upgrades: tuple[str, ...] = ()
    upgrade_timeout: float = UPGRADE_TIMEOUT

    @property
    def connection(self) -> Connection:
        return Connection(self.name, self.kind, self.url, self.path, self.upgrades, self.upgrade_timeout)


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """Whichever comes first."""

    seconds: float
    events: int


@dataclass(frozen=True, slots=True)
class AnchorBucket:
    """In a service that speaks S3."""

    name: str
    prefix: str
    endpoint: str | None
    region: str | None


@dataclass(frozen=True, slots=True)
class AnchorPlace:
    """Where checkpoints are also kept. Exactly one is set; `control` is the address of the control plane's store."""

    file: Path | None = None
    stdout: bool = False
    bucket: AnchorBucket | None = None
    control: str | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """Of a million tokens, for models whose name fits the pattern."""

    pattern: str
    input: float
    output: float
    cache_read: float
    cache_write: float


@dataclass(frozen=True, slots=True)
class Retention:
    """In days; None is for ever."""

    evidence: int | None = None
    texts: int | None = None
    shaped: int | None = None


@dataclass(frozen=True, slots=True)
class Database:
    """What is said of the record's database besides its address. The password is in one of the two, if there is one."""

    user: str = "default"
    password_file: Path | None = None
    password_env: str | None = None
    cluster: str | None = None
    prices: tuple[Price, ...] = ()
    retention: Retention = Retention()
    readers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ca: Path | None = None  # nothing: what the system trusts


@dataclass(frozen=True, slots=True)
class Record:
    spool: Path
    clickhouse: str | None
    durability: Durability
    limit: int
    checkpoints: Checkpoints
    anchors: tuple[AnchorPlace, ...]
    auditor_key: Path | None = None  # of sealed originals; none are kept without it
    database: Database = Database()


@dataclass(frozen=True, slots=True)
class Restore:
    survive_restart: bool
    key_file: Path | None


@dataclass(frozen=True, slots=True)
class Limits:
    body: int
    decoded_body: int
    json_depth: int
    exchanges: int
    sessions: int
    session_bytes: int


@dataclass(frozen=True, slots=True)
class Metrics:
    address: str
    port: int


@dataclass(frozen=True, slots=True)
class Envoy:
    admin_port: int
    admin_socket: Path | None
    socket: Path
    access_log: Path | None
    connect_timeout: float
    drain: float
    upstream_ca: Path | None
    program: Path | None


@dataclass(frozen=True, slots=True)
class Development:
    identity: bool
    simulator: bool
    simulator_port: int


@dataclass(frozen=True, slots=True)
class Log:
    level: str
    format: str


@dataclass(frozen=True, slots=True)
class Settings:
    """`file` is nothing when there was no file. `policies` are absolute paths and glob patterns; `bundle`: more."""

    file: Path | None
    state: Path
    listen: Listen
    providers: tuple[Provider, ...]
    connections: tuple[Upstream, ...]
    policies: tuple[str, ...]
    record: Record
    control: str
    control_plane: Control
    restore: Restore
    mask_key_file: Path | None
    limits: Limits
    metrics: Metrics
    envoy: Envoy
    development: Development
    log: Log
    exchange: Exchange | None = None
    workload: Workload | None = None
    bundle: BundleSettings | None = None

    def upstream(self, name: str) -> Upstream:
        return next(upstream for upstream in self.connections if upstream.name == name)

    @property
    def exchanges_callers_tokens(self) -> bool:
        """Whether a connection wants them: the gate sees them only then."""
        given = (upstream.credential for upstream in self.connections)
        return any(one is not None and one.oauth is not None and one.oauth.exchange is not None for one in given)

    @property
    def first_claude(self) -> Upstream | None:
        """The connection that answers at `/v1/...`."""
        return next((upstream for upstream in self.connections if upstream.kind is Kind.CLAUDE), None)
