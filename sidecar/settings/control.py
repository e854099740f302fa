"""The control plane and the way to it, as the rest of the program sees them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sidecar.settings.cluster import ClusterAccess
from sidecar.settings.notify import Route
from sidecar.settings.source import Source as Source  # noqa: PLC0414  (others know it from here)


@dataclass(frozen=True, slots=True)
class Pair:
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Listen:
    """`client_ca`: only who has a certificate of this authority; of the listener for data planes."""

    address: str
    port: int
    tls: Pair | None = None
    client_ca: Path | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A data plane's way to the control plane. `local`: the one of this machine, by what `gatehouse up` made; where
    nothing was made there is none."""

    address: str
    key: Source
    local: bool
    ca: Path | None = None
    own: Pair | None = None


@dataclass(frozen=True, slots=True)
class SignIn:
    """`provider`: a source of `identity.exchange`. `groups_again`: seconds."""

    provider: str
    client_id: str
    client_secret: Source | None = None
    scopes: tuple[str, ...] = ()
    groups_again: float = 300.0


@dataclass(frozen=True, slots=True)
class Control:
    """`folder`: what this machine's control plane keeps. `database`: nothing is SQLite in that folder. `roles`: role ->
    the groups that have it. `stale`: seconds."""

    url: str
    folder: Path
    listen: Listen
    gates: Listen
    link: Link
    link_key: Path
    owner_key: Path
    database: Source | None = None
    sign_in: SignIn | None = None
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stale: float = 30.0
    pending_per_caller: int = 20
    notifications: tuple[Route, ...] = ()
    cluster_keys: ClusterAccess | None = None
