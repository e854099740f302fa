"""How a connection's credential is got by OAuth. No value in here is a secret."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class ClientAuth(StrEnum):
    """How the gate proves itself at the token endpoint (RFC 6749, 2.3.1; RFC 7523, 2.2)."""

    BASIC = "basic"
    POST = "post"
    PRIVATE_KEY_JWT = "private_key_jwt"


class SubjectType(StrEnum):
    """What the caller's own token is to the token endpoint (RFC 8693, 3)."""

    ACCESS_TOKEN = "access_token"  # noqa: S105  (a name, not a token)
    ID_TOKEN = "id_token"  # noqa: S105
    JWT = "jwt"


@dataclass(frozen=True, slots=True)
class OAuth:
    """What proves the client comes from exactly one of `secret_env` and `secret_file`: a secret, or a private key that
    `key_id` may name. `exchange`: every caller's own token is exchanged for one of theirs; nothing: one token of the
    gate's own serves all. An empty `token_url` is asked for: of `issuer`, after `server` has said who that is."""

    token_url: str
    client_id: str
    secret_env: str | None
    secret_file: Path | None
    auth: ClientAuth = ClientAuth.BASIC
    scopes: tuple[str, ...] = ()
    audience: str | None = None
    resource: str | None = None
    ca: Path | None = None  # nothing: what the system trusts
    exchange: SubjectType | None = None
    key_id: str | None = None
    issuer: str | None = None
    server: str | None = None
