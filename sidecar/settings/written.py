"""`gatehouse.yaml` as a person writes it: every setting, its default, its sentence.

Rules:
- The descriptions here are what the published JSON Schema and the documentation say.
- What one value must be on its own is said here; what several must be together is in `checks.py`.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sidecar.core.model.connection import UPGRADE_TIMEOUT, Kind
from sidecar.settings.section import MIB, Section, SourceSection, exactly_one
from sidecar.settings.units import (
    NOT_EMPTY,
    Address,
    AnswerPath,
    Duration,
    HeaderName,
    HeaderText,
    Name,
    Port,
    Size,
    Text,
    WebAddress,
)
from sidecar.settings.written_control import ControlSection
from sidecar.settings.written_oauth import HEADER, PREFIX, OAuthSection, private
from sidecar.settings.written_policies import Policies, PoliciesSection
from sidecar.settings.written_record import RecordSection
from sidecar.settings.written_tokens import ExchangeSection
from sidecar.settings.written_workload import WorkloadSection


class TlsSection(Section):
    certificate: Annotated[Text, Field(description="PEM file with the certificate and its chain.")]
    key: Annotated[Text, Field(description="PEM file with the private key.")]


class ListenSection(Section):
    address: Annotated[Address, Field(description="Address on which agents reach the gate.")] = "127.0.0.1"
    port: Annotated[Port, Field(description="Port on which agents reach the gate; 0 takes any free one.")] = 15080
    tls: Annotated[TlsSection | None, Field(description="Serve TLS with this certificate.")] = None


class JwksSection(Section):
    url: Annotated[WebAddress | None, Field(description="Address of the provider's keys.")] = None
    file: Annotated[Text | None, Field(description="File with the provider's keys.")] = None

    @model_validator(mode="after")
    def _one(self) -> "JwksSection":
        exactly_one(url=self.url, file=self.file)
        return self


class ClaimsSection(Section):
    subject: Annotated[Text, Field(description="Claim that names the caller; dots lead into objects.")] = "sub"
    groups: Annotated[Text, Field(description="Claim that lists the caller's groups.")] = "groups"


class ProviderSection(Section):
    name: Annotated[Name, Field(description="A name of your own for the provider.")]
    issuer: Annotated[Text, Field(description="The `iss` that its tokens carry.")]
    audiences: Annotated[
        tuple[Text, ...], *NOT_EMPTY, Field(description="Audiences accepted in `aud`; one of them must be in it.")
    ]
    jwks: Annotated[JwksSection, Field(description="The keys that its tokens are signed with.")]
    claims: Annotated[ClaimsSection, Field(description="Which claims say who the caller is.")] = ClaimsSection()


class IdentitySection(Section):
    providers: Annotated[
        tuple[ProviderSection, ...], Field(description="Who may say who the caller is; a token of any of them opens.")
    ] = ()
    exchange: Annotated[
        ExchangeSection | None,
        Field(description="What callers already have in, short-lived gate tokens out; off if not set."),
    ] = None
    workload: Annotated[
        WorkloadSection | None,
        Field(description="In a pod: its own token speaks for agents that carry none; off if not set."),
    ] = None


class CredentialSection(Section):
    header: Annotated[
        HeaderName, Field(description="Request header that carries the credential; with oauth: authorization.")
    ] = "x-api-key"
    prefix: Annotated[
        HeaderText, Field(description="Text before it, such as `Bearer ` with its space; that one with oauth.")
    ] = ""
    source: Annotated[SourceSection | None, Field(alias="from", description="Where the credential comes from.")] = None
    oauth: Annotated[OAuthSection | None, Field(description="A token endpoint that gives it out instead.")] = None

    @model_validator(mode="after")
    def _one(self) -> "CredentialSection":
        exactly_one(**{"from": self.source, "oauth": self.oauth})
        return self

    def carried(self) -> tuple[str, str]:
        """The header, and what stands before the credential in it."""
        header = HEADER if self.oauth and "header" not in self.model_fields_set else self.header
        return header, PREFIX if self.oauth and "prefix" not in self.model_fields_set else self.prefix


class ConnectionSection(Section):
    name: Annotated[Name, Field(description="What policies and records call it; it answers under /c/<name>/.")]
    kind: Annotated[Kind, Field(description="Protocol spoken there: claude, mcp or http.")]
    url: Annotated[WebAddress, Field(description="Where requests go once they are let through.")]
    path: Annotated[AnswerPath | None, Field(description="A path of your own at which it also answers.")] = None
    credential: Annotated[CredentialSection | None, Field(description="What the upstream wants to see.")] = None
    upgrades: Annotated[
        tuple[Literal["websocket"], ...],
        Field(description="With kind http: what a request may leave HTTP for. Frames of a websocket pass unread."),
    ] = ()
    upgrade_timeout: Annotated[
        Duration, Field(gt=0, description="With upgrades: for how long such a connection may stay open.")
    ] = UPGRADE_TIMEOUT

    @model_validator(mode="after")
    def _discovers(self) -> "ConnectionSection":
        oauth = self.credential.oauth if self.credential else None
        if oauth is not None and oauth.discover:
            if self.kind is not Kind.MCP:
                raise ValueError("`discover` is for connections of kind mcp: set `issuer` or `token_url`")
            private(self.url, "`discover` asks there where the client's secret goes")
        return self


CLAUDE = ConnectionSection(
    name="claude",
    kind=Kind.CLAUDE,
    url="https://api.anthropic.com",
    credential=CredentialSection(**{"header": "x-api-key", "from": SourceSection(env="ANTHROPIC_API_KEY")}),
)


class RestoreSection(Section):
    survive_restart: Annotated[
        bool, Field(description="Keep what masked values stand for, encrypted, so that a restart loses no session.")
    ] = False
    key_file: Annotated[Text | None, Field(description="File with the key they are encrypted under.")] = None


class MaskSection(Section):
    key_file: Annotated[
        Text | None, Field(description="File with the key placeholders are made with; made in <state> if not set.")
    ] = None


class LimitsSection(Section):
    # Each number says what it protects. A conversation at a model's full context is a few MiB of JSON.
    body: Annotated[Size, Field(description="Largest request body; above it the answer is 413.")] = 32 * MIB
    decoded_body: Annotated[Size, Field(description="Largest body after decompression: a bomb stops here.")] = 32 * MIB
    json_depth: Annotated[int, Field(ge=8, le=500, description="Deepest nesting of JSON that is read.")] = 200
    # Two thousand calls that wait for people must leave room for those that do not.
    exchanges: Annotated[
        int, Field(ge=1, le=100_000, description="Exchanges open at once; more are told to come back later.")
    ] = 4_000
    sessions: Annotated[int, Field(ge=1, description="Sessions whose masked values are kept in memory.")] = 1_000
    session_bytes: Annotated[Size, Field(description="Memory for the masked values of one session.")] = 4 * MIB


class MetricsSection(Section):
    address: Annotated[Address, Field(description="Address of /metrics, /healthz and /readyz.")] = "127.0.0.1"
    port: Annotated[Port, Field(description="Their port; 0 takes any free one.")] = 15095


class EnvoySection(Section):
    admin_port: Annotated[Port, Field(description="Envoy's admin port, on loopback; 0 takes any free one.")] = 15081
    admin_socket: Annotated[
        Text | None, Field(description="Unix socket for Envoy's admin page, in place of the port.")
    ] = None
    socket: Annotated[Text | None, Field(description="Unix socket to the data plane; in <state> if not set.")] = None
    access_log: Annotated[Text | None, Field(description="File for the access log; stdout if not set.")] = None
    connect_timeout: Annotated[Duration, Field(gt=0, description="How long connecting upstream may take.")] = 5.0
    drain: Annotated[Duration, Field(ge=0, description="How long open exchanges may go on at shutdown.")] = 10.0
    upstream_ca: Annotated[
        Text | None,
        Field(description="PEM file of authorities that upstreams are checked against; the system's if not set."),
    ] = None
    program: Annotated[Text | None, Field(description="The envoy program; the installed wheel's if not set.")] = None


class DevelopmentSection(Section):
    identity: Annotated[
        bool, Field(description="Accept tokens of `gatehouse token mint`; only when listening on loopback.")
    ] = False
    simulator: Annotated[bool, Field(description="Send claude connections to the built-in simulator.")] = False
    simulator_port: Annotated[int, Field(ge=1, le=65535, description="Where the simulator listens, on loopback.")] = (
        15085
    )


class LogSection(Section):
    level: Annotated[
        Literal["debug", "info", "warning", "error"], Field(description="The least important event that is logged.")
    ] = "info"
    format: Annotated[
        Literal["auto", "json", "text"], Field(description="auto: text on a terminal, JSON lines elsewhere.")
    ] = "auto"


class Written(Section):
    """The configuration of Gatehouse."""

    listen: Annotated[ListenSection, Field(description="Where agents reach the gate.")] = ListenSection()
    identity: Annotated[IdentitySection, Field(description="Who callers are.")] = IdentitySection()
    connections: Annotated[
        tuple[ConnectionSection, ...], *NOT_EMPTY, Field(description="What agents may reach, by name.")
    ] = (CLAUDE,)
    policies: Annotated[
        Policies, Field(description="Policy files, or patterns such as policies/*.yaml; or `files` and `bundle`.")
    ] = PoliciesSection()
    record: Annotated[RecordSection, Field(description="Where what happened is written down.")] = RecordSection()
    control: Annotated[ControlSection, Field(description="The control plane.")] = ControlSection()
    restore: Annotated[RestoreSection, Field(description="How masked values survive a restart.")] = RestoreSection()
    mask: Annotated[MaskSection, Field(description="How placeholders are made.")] = MaskSection()
    limits: Annotated[LimitsSection, Field(description="How much is too much.")] = LimitsSection()
    metrics: Annotated[MetricsSection, Field(description="Metrics and health.")] = MetricsSection()
    envoy: Annotated[EnvoySection, Field(description="The Envoy in front.")] = EnvoySection()
    development: Annotated[DevelopmentSection, Field(description="For a laptop.")] = DevelopmentSection()
    log: Annotated[LogSection, Field(description="The log.")] = LogSection()
    state: Annotated[Text, Field(description="Folder for keys, sockets and the spool.")] = ".gatehouse"
