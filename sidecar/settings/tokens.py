"""The exchange of tokens, as the rest of the program sees it: who may vouch for a caller, and what comes out."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sidecar.core.model.claims import Mapped

# The control plane among the providers that Envoy verifies.
OWN_PROVIDER = "gatehouse"
JWKS_PATH = "/.well-known/jwks.json"
# The audience of tokens for people's acts: deciding, stopping, calling back. No gate is ever called so, and what an
# agent is given never carries it: an agent that runs in a reviewer's name approves nothing.
CONTROL_AUDIENCE = "gatehouse-control"
# Under this name the console knows the owner of its machine: no provider may have it.
LOCAL_PROVIDER = "local"


class SourceKind(StrEnum):
    """What shape the proofs of a source have."""

    OIDC = "oidc"
    SAML = "saml"
    GITHUB = "github"
    GITLAB = "gitlab"
    KUBERNETES = "kubernetes"


class KeyKind(StrEnum):
    ES256 = "ES256"
    EDDSA = "EdDSA"


@dataclass(frozen=True, slots=True)
class Review:
    """Where a cluster itself is asked about a token (`TokenReview`), with which token and authority."""

    url: str
    token_file: Path
    ca: Path | None


@dataclass(frozen=True, slots=True)
class Login:
    """What `gatehouse login` needs of a provider: a public client."""

    client: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One provider of proofs. Without `keys_*` its discovery document says where its keys are."""

    name: str
    kind: SourceKind
    issuer: str
    audiences: tuple[str, ...]
    subject: str
    prefix: str = ""
    groups: tuple[str, ...] = ()
    mapped: tuple[Mapped, ...] = ()
    discovery: str | None = None
    keys_url: str | None = None
    keys_file: Path | None = None
    clients: tuple[str, ...] = ()
    hosted_domain: str | None = None
    certificates: tuple[Path, ...] = ()
    recipient: str | None = None
    review: Review | None = None
    login: Login | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """Times in seconds. `audiences`: of all gates that tokens may be asked for; this gate's own is the first."""

    issuer: str
    audiences: tuple[str, ...]
    lifetime: float
    rotate: float
    login_lifetime: float
    key: KeyKind
    key_file: Path
    sources: tuple[Source, ...]

    @property
    def audience(self) -> str:
        return self.audiences[0]
