"""The section `control` of `gatehouse.yaml`: every setting, its default, its sentence."""

import ipaddress
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from sidecar.settings import control as c
from sidecar.settings.section import Section, SourceSection
from sidecar.settings.units import Address, Duration, Name, Port, Text, WebAddress
from sidecar.settings.written_cluster import ClusterSection, cluster_from
from sidecar.settings.written_notify import Notifications, routes_from

STALE = 30.0
GROUPS_AGAIN = 300.0
PENDING_PER_CALLER = 20
SCOPES = ("openid", "profile", "email", "groups", "offline_access")


def _host_and_port(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("expected host:port, such as control.example.com:15091")
    return text


USUAL_PORT = 15090
HostAndPort = Annotated[str, AfterValidator(_host_and_port)]


class ControlTlsSection(Section):
    certificate: Annotated[Text, Field(description="PEM file with the certificate and its chain.")]
    key: Annotated[Text, Field(description="PEM file with the private key.")]


class ControlListenSection(Section):
    address: Annotated[Address, Field(description="Address of the console and the API.")] = "127.0.0.1"
    port: Annotated[Port, Field(description="Their port; 0 takes any free one.")] = USUAL_PORT
    tls: Annotated[ControlTlsSection | None, Field(description="Serve TLS with this certificate.")] = None


class GatesSection(Section):
    address: Annotated[Address, Field(description="Address that data planes connect to.")] = "127.0.0.1"
    port: Annotated[Port, Field(description="Its port; 0 takes any free one.")] = 15091
    tls: Annotated[ControlTlsSection | None, Field(description="Serve TLS with this certificate.")] = None
    client_ca: Annotated[
        Text | None, Field(description="PEM file of the authority whose certificates data planes must have.")
    ] = None


class LinkTlsSection(Section):
    ca: Annotated[Text | None, Field(description="PEM file that the control plane is checked against.")] = None
    certificate: Annotated[Text | None, Field(description="PEM file with this data plane's own certificate.")] = None
    key: Annotated[Text | None, Field(description="PEM file with its private key.")] = None


class LinkSection(Section):
    address: Annotated[
        HostAndPort | None, Field(description="host:port of control.gates elsewhere; this machine's if not set.")
    ] = None
    key: Annotated[
        SourceSection | None, Field(description="The key that data planes share; <state>/control.key if not set.")
    ] = None
    tls: Annotated[LinkTlsSection | None, Field(description="Speak TLS there.")] = None


class SignInSection(Section):
    provider: Annotated[Name, Field(description="Which source of identity.exchange signs people in.")]
    client_id: Annotated[Text, Field(description="The console's name at that provider.")]
    client_secret: Annotated[SourceSection | None, Field(description="Where the console's secret there is.")] = None
    scopes: Annotated[tuple[Text, ...], Field(description="What it asks the provider for.")] = SCOPES
    # Shorter asks the provider more; longer, and somebody who left a group reads on.
    groups_again: Annotated[
        Duration,
        Field(ge=1, le=3600, description="How old the groups of somebody signed in get before they are asked again."),
    ] = GROUPS_AGAIN


class RolesSection(Section):
    viewer: Annotated[tuple[Text, ...], Field(description="Groups that may look.")] = ()
    reviewer: Annotated[tuple[Text, ...], Field(description="Groups that decide on held calls.")] = ()
    auditor: Annotated[tuple[Text, ...], Field(description="Groups that read evidence and reports.")] = ()
    admin: Annotated[tuple[Text, ...], Field(description="Groups that may everything.")] = ()


class ControlSection(Section):
    url: Annotated[
        WebAddress | None,
        Field(description="Where people and programs reach the control plane; where it listens if not set."),
    ] = None
    listen: Annotated[ControlListenSection, Field(description="Where the console and the API listen.")] = (
        ControlListenSection()
    )
    gates: Annotated[GatesSection, Field(description="Where data planes connect.")] = GatesSection()
    link: Annotated[LinkSection, Field(description="How this data plane reaches the control plane.")] = LinkSection()
    database: Annotated[
        SourceSection | None,
        Field(description="Where the DSN postgresql://... is; SQLite in <state>/control if not set."),
    ] = None
    sign_in: Annotated[SignInSection | None, Field(description="How people sign in to the console.")] = None
    roles: Annotated[RolesSection, Field(description="Which groups have which role.")] = RolesSection()
    # Reconnecting takes seconds; an agent that waits longer than this for nothing is better told.
    stale: Annotated[
        Duration, Field(gt=0, description="How long the control plane may be away before held calls are refused.")
    ] = STALE
    pending_per_caller: Annotated[
        int, Field(ge=1, le=10_000, description="Calls of one caller that may wait for people at once.")
    ] = PENDING_PER_CALLER
    notifications: Annotated[Notifications, Field(description="Who is told of what.")] = ()
    cluster_keys: Annotated[
        ClusterSection | None,
        Field(description="In a cluster: publish its keys at /.well-known/cluster-jwks.json, for pods' own tokens."),
    ] = None


def control_from(written: ControlSection, folder: Path, state: Path) -> c.Control:
    key = state / "control.key"
    return c.Control(
        url=url_of(written),
        folder=state / "control",
        listen=c.Listen(written.listen.address, written.listen.port, _pair(written.listen.tls, folder)),
        gates=_gates(written.gates, folder),
        link=_link(written, folder, key),
        link_key=key,
        owner_key=state / "owner.key",
        database=_source(written.database, folder),
        sign_in=_sign_in(written.sign_in, folder),
        roles={name: groups for name, groups in written.roles.model_dump().items() if groups},
        stale=written.stale,
        pending_per_caller=written.pending_per_caller,
        notifications=routes_from(written.notifications, folder),
        cluster_keys=cluster_from(written.cluster_keys, folder) if written.cluster_keys else None,
    )


def url_of(written: ControlSection) -> str:
    """What is set, or where this machine's own listens: beyond loopback nobody can guess the name people use."""
    listen = written.listen
    if written.url is not None:
        return written.url
    if not _loopback(listen.address):
        return f"http://127.0.0.1:{USUAL_PORT}"
    host = f"[{listen.address}]" if ":" in listen.address else listen.address
    return f"{'https' if listen.tls else 'http'}://{host}:{listen.port or USUAL_PORT}"


def _loopback(address: str) -> bool:
    try:
        return address == "localhost" or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _gates(gates: GatesSection, folder: Path) -> c.Listen:
    return c.Listen(gates.address, gates.port, _pair(gates.tls, folder), _path(gates.client_ca, folder))


def _link(written: ControlSection, folder: Path, key: Path) -> c.Link:
    link, tls = written.link, written.link.tls
    local = f"[{written.gates.address}]" if ":" in written.gates.address else written.gates.address
    own = c.Pair(folder / tls.certificate, folder / tls.key) if tls and tls.certificate and tls.key else None
    return c.Link(
        address=link.address or f"{local}:{written.gates.port}",
        key=_source(link.key, folder) or c.Source(file=key),
        local=link.address is None,
        ca=_path(tls.ca, folder) if tls else None,
        own=own,
    )


def _sign_in(written: SignInSection | None, folder: Path) -> c.SignIn | None:
    if written is None:
        return None
    return c.SignIn(
        written.provider,
        written.client_id,
        _source(written.client_secret, folder),
        written.scopes,
        written.groups_again,
    )


def _source(source: SourceSection | None, folder: Path) -> c.Source | None:
    return c.Source(source.env, _path(source.file, folder)) if source else None


def _pair(tls: ControlTlsSection | None, folder: Path) -> c.Pair | None:
    return c.Pair(folder / tls.certificate, folder / tls.key) if tls else None


def _path(text: str | None, folder: Path) -> Path | None:
    return folder / text if text is not None else None
