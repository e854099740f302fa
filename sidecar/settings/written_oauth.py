"""`credential.oauth` as a person writes it: tokens for a connection that a token endpoint gives out."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from sidecar.settings.loopback import is_loopback
from sidecar.settings.oauth import ClientAuth, OAuth, SubjectType
from sidecar.settings.section import Section, SourceSection, exactly_one
from sidecar.settings.units import Text, WebAddress, form

HEADER, PREFIX = "authorization", "Bearer "  # RFC 6750, 2.1


def private(url: str, why: str = "the client's secret goes there") -> str:
    """People's tokens travel there too."""
    if url.startswith("http:") and not is_loopback(urlsplit(url).hostname or ""):
        raise ValueError(f"must begin with https: {why} (http only on this machine)")
    return url


def _secret_goes_there(url: str) -> str:
    return private(url)


TokenAddress = Annotated[WebAddress, AfterValidator(_secret_goes_there)]
Scope = Annotated[str, *form(r"^[!#-\[\]-~]+$", "one scope, without spaces")]  # RFC 6749, 3.3


class OAuthSection(Section):
    token_url: Annotated[
        TokenAddress | None, Field(description="The token endpoint; https, or on this machine. Redirects are refused.")
    ] = None
    issuer: Annotated[
        TokenAddress | None, Field(description="In its place: who gives tokens out, and says where (RFC 8414, OpenID).")
    ] = None
    discover: Annotated[
        bool, Field(description="Ask the MCP server who its issuer is (RFC 9728); with issuer: it must be that one.")
    ] = False
    client_id: Annotated[Text, Field(description="What the token endpoint knows the gate as.")]
    client_secret: Annotated[SourceSection | None, Field(description="Where the secret is that proves it.")] = None
    client_key: Annotated[Text | None, Field(description="PEM file of the private key that proves it instead.")] = None
    key_id: Annotated[Text | None, Field(description="The `kid` that the endpoint knows the key by.")] = None
    auth: Annotated[
        ClientAuth, Field(description="How: basic (a header), post (in the form), private_key_jwt (with client_key).")
    ] = ClientAuth.BASIC
    scopes: Annotated[tuple[Scope, ...], Field(description="Scopes to ask for.")] = ()
    audience: Annotated[Text | None, Field(description="`audience` to ask for.")] = None
    resource: Annotated[WebAddress | None, Field(description="`resource` to ask for (RFC 8707).")] = None
    ca: Annotated[
        Text | None, Field(description="PEM file of authorities for the token endpoint; the system's if not set.")
    ] = None
    exchange: Annotated[bool, Field(description="Exchange each caller's own token for one of theirs (RFC 8693).")] = (
        False
    )
    subject_type: Annotated[
        SubjectType, Field(description="With exchange: what the caller's token is to the token endpoint.")
    ] = SubjectType.ACCESS_TOKEN

    @model_validator(mode="after")
    def _together(self) -> "OAuthSection":
        self._placed()
        exactly_one(client_secret=self.client_secret, client_key=self.client_key)
        if (self.auth is ClientAuth.PRIVATE_KEY_JWT) != (self.client_key is not None):
            raise ValueError("`client_key` and `auth: private_key_jwt` go together")
        if self.key_id is not None and self.client_key is None:
            raise ValueError("`key_id` names a `client_key`: set that, or leave it out")
        if "subject_type" in self.model_fields_set and not self.exchange:
            raise ValueError("`subject_type` is about callers' tokens: set `exchange: true`, or leave it out")
        return self

    def _placed(self) -> None:
        """Where tokens are given out is written, or asked for."""
        if (self.token_url is None) != (self.issuer is not None or self.discover):
            raise ValueError("needs one of `token_url` and `issuer`, or `discover: true` for an MCP server")
        if self.exchange and self.discover and self.issuer is None:
            raise ValueError("`exchange` shows callers' tokens to the issuer: name it in `issuer` beside `discover`")
        if self.ca is not None and (self.token_url or self.issuer or "").startswith("http:"):
            raise ValueError("`ca` needs an address with https: certificates are shown over TLS only")


def oauth_from(written: OAuthSection, folder: Path, server: str) -> OAuth:
    """`server`: what the tokens are for."""
    secret = written.client_secret
    file = written.client_key or (secret.file if secret else None)
    return OAuth(
        token_url=written.token_url or "",
        client_id=written.client_id,
        secret_env=secret.env if secret else None,
        secret_file=folder / file if file is not None else None,
        auth=written.auth,
        scopes=written.scopes,
        audience=written.audience,
        resource=written.resource,
        ca=folder / written.ca if written.ca is not None else None,
        exchange=written.subject_type if written.exchange else None,
        key_id=written.key_id,
        issuer=written.issuer,
        server=server if written.discover else None,
    )
