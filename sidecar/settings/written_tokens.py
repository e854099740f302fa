"""The section `identity.exchange` of `gatehouse.yaml`: every setting, its default, its sentence.

Rules: what one kind of source needs, or does not know, is said by a table here, so that a mistake names the setting.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from sidecar.core.model.claims import Mapped
from sidecar.settings import tokens as t
from sidecar.settings.section import Section, exactly_one
from sidecar.settings.units import NOT_EMPTY, Duration, Name, Text, WebAddress

GOOGLE = "https://accounts.google.com"
KIND = t.SourceKind
# Kind -> the settings that it needs. The others below are known only to the kinds named there.
NEEDS: Mapping[t.SourceKind, tuple[str, ...]] = {
    KIND.OIDC: ("issuer",),
    KIND.SAML: ("issuer", "certificates", "recipient"),
    KIND.GITHUB: ("map",),
    KIND.GITLAB: ("map",),
    KIND.KUBERNETES: ("map",),
}
ONLY: Mapping[str, frozenset[t.SourceKind]] = {
    "certificates": frozenset({KIND.SAML}),
    "recipient": frozenset({KIND.SAML}),
    "review": frozenset({KIND.KUBERNETES}),
    "login": frozenset({KIND.OIDC}),
    "hosted_domain": frozenset({KIND.OIDC}),
    "clients": frozenset({KIND.OIDC}),
    "groups": frozenset({KIND.OIDC, KIND.SAML}),
    "jwks": frozenset(KIND) - {KIND.SAML},
    "discovery": frozenset({KIND.OIDC, KIND.GITHUB, KIND.GITLAB}),
}
ISSUERS: Mapping[t.SourceKind, str] = {
    KIND.GITHUB: "https://token.actions.githubusercontent.com",
    KIND.GITLAB: "https://gitlab.com",
    KIND.KUBERNETES: "https://kubernetes.default.svc.cluster.local",
}
# Of these a person may have a few; of a provider's own groups they are taken over as they are.
STANDARD_GROUPS: Mapping[t.SourceKind, tuple[str, ...]] = {KIND.OIDC: ("groups",)}
SUBJECTS: Mapping[t.SourceKind, str] = {KIND.SAML: "NameID"}


class ExchangeKeysSection(Section):
    url: Annotated[WebAddress | None, Field(description="Address of the provider's keys.")] = None
    file: Annotated[Text | None, Field(description="File with the provider's keys.")] = None

    @model_validator(mode="after")
    def _one(self) -> "ExchangeKeysSection":
        exactly_one(url=self.url, file=self.file)
        return self


class MapSection(Section):
    where: Annotated[
        dict[Text, Text],
        Field(min_length=1, description="Claim or attribute -> what one of its values must be; `*` fits anything."),
    ]
    groups: Annotated[tuple[Name, ...], *NOT_EMPTY, Field(description="The groups that such a caller is in.")]


class ReviewSection(Section):
    url: Annotated[WebAddress, Field(description="Address of the cluster's API server.")]
    token_file: Annotated[Text, Field(description="File with the token that may create TokenReviews.")]
    ca: Annotated[Text | None, Field(description="PEM file of the authority that certified the API server.")] = None


class LoginSection(Section):
    client_id: Annotated[Text, Field(description="A public client of the provider, with a loopback redirect.")]
    scopes: Annotated[tuple[Text, ...], Field(description="What is asked for besides `openid`.")] = (
        "email",
        "offline_access",
    )


class SourceOfProofSection(Section):
    name: Annotated[Name, Field(description="A name of your own for the provider; tokens carry it as `idp`.")]
    kind: Annotated[t.SourceKind, Field(description="What it gives out: oidc, saml, github, gitlab or kubernetes.")]
    issuer: Annotated[Text | None, Field(description="The `iss` of its tokens, or the SAML entity id.")] = None
    audiences: Annotated[
        tuple[Text, ...], *NOT_EMPTY, Field(description="Audiences that its tokens must be meant for: one of them.")
    ]
    subject: Annotated[Text | None, Field(description="Claim or attribute that names the caller.")] = None
    prefix: Annotated[str, Field(max_length=50, description="Put before that name, to tell providers apart.")] = ""
    groups: Annotated[
        tuple[Text, ...] | None,
        Field(description="Claims or attributes whose values are groups as they stand; oidc: `groups` if not set."),
    ] = None
    map: Annotated[
        tuple[MapSection, ...],
        Field(description="Which claims make which groups. CI jobs and service accounts must fit at least one line."),
    ] = ()
    discovery: Annotated[
        WebAddress | None, Field(description="Its discovery document, where that does not lie under the issuer.")
    ] = None
    jwks: Annotated[ExchangeKeysSection | None, Field(description="Its keys, where discovery shall not be used.")] = (
        None
    )
    clients: Annotated[
        tuple[Text, ...] | None,
        Field(description="Clients that tokens may have been given to (`azp`); any if not set."),
    ] = None
    hosted_domain: Annotated[Text | None, Field(description="The Google Workspace domain that callers belong to.")] = (
        None
    )
    certificates: Annotated[
        tuple[Text, ...] | None, Field(description="PEM files of the certificates that assertions are signed with.")
    ] = None
    recipient: Annotated[WebAddress | None, Field(description="The Recipient and Destination of assertions.")] = None
    review: Annotated[
        ReviewSection | None, Field(description="Ask the cluster about each token, not its published keys.")
    ] = None
    login: Annotated[LoginSection | None, Field(description="Lets `gatehouse login` use this provider.")] = None

    @model_validator(mode="after")
    def _of_its_kind(self) -> "SourceOfProofSection":
        for name in NEEDS[self.kind]:
            if not getattr(self, name):
                raise ValueError(f"a source of kind {self.kind} needs `{name}`")
        for name, kinds in ONLY.items():
            if getattr(self, name) is not None and self.kind not in kinds:
                raise ValueError(f"`{name}` means nothing for a source of kind {self.kind}")
        if self.issuer == GOOGLE and not self.hosted_domain:
            raise ValueError("Google vouches for anyone in the world: name your `hosted_domain`")
        if self.issuer and any(part in ("common", "organizations", "consumers") for part in self.issuer.split("/")):
            raise ValueError("that issuer is of every tenant at once: write your own tenant's id into `issuer`")
        return self


class ExchangeSection(Section):
    issuer: Annotated[
        WebAddress | None, Field(description="The `iss` of the tokens that we issue; control.url if not set.")
    ] = None
    audience: Annotated[Text, Field(description="What this gate is called in `aud`.")] = "gatehouse"
    audiences: Annotated[tuple[Text, ...], Field(description="Other gates that tokens may be asked for.")] = ()
    # A stolen token is worth little, and an agent fetches a new one four times an hour.
    lifetime: Annotated[Duration, Field(ge=1, le=24 * 3600, description="How long a token holds.")] = 900.0
    # A working day: the groups of a device's login are those that the person had when it began.
    login_lifetime: Annotated[Duration, Field(ge=60, description="How long a login on a device can be refreshed.")] = (
        12 * 3600.0
    )
    key: Annotated[t.KeyKind, Field(description="What tokens are signed with: ES256 or EdDSA (Ed25519).")] = (
        t.KeyKind.ES256
    )
    rotate: Annotated[Duration, Field(ge=2 * 3600, description="How long one signing key is used.")] = 30 * 24 * 3600.0
    key_file: Annotated[
        Text | None,
        Field(description="File that signing keys are encrypted under; made in <state>/control if not set."),
    ] = None
    source: Annotated[
        tuple[SourceOfProofSection, ...], Field(alias="from", description="Who may vouch for a caller.")
    ] = ()


def exchange_from(written: ExchangeSection | None, control: str, folder: Path, state: Path) -> t.Exchange | None:
    if written is None:
        return None
    return t.Exchange(
        issuer=written.issuer or control,
        audiences=tuple(dict.fromkeys((written.audience, *written.audiences))),
        lifetime=written.lifetime,
        rotate=written.rotate,
        login_lifetime=written.login_lifetime,
        key=written.key,
        key_file=folder / written.key_file if written.key_file else state / "control" / "token.key",
        sources=tuple(_source(one, folder) for one in written.source),
    )


def _source(one: SourceOfProofSection, folder: Path) -> t.Source:
    jwks, review, login = one.jwks, one.review, one.login
    standard = STANDARD_GROUPS.get(one.kind, ())
    return t.Source(
        name=one.name,
        kind=one.kind,
        issuer=one.issuer or ISSUERS[one.kind],
        audiences=one.audiences,
        subject=one.subject or SUBJECTS.get(one.kind, "sub"),
        prefix=one.prefix,
        groups=standard if one.groups is None else one.groups,
        mapped=tuple(Mapped(dict(line.where), line.groups) for line in one.map),
        discovery=one.discovery,
        keys_url=jwks.url if jwks else None,
        keys_file=folder / jwks.file if jwks and jwks.file else None,
        clients=one.clients or (),
        hosted_domain=one.hosted_domain,
        certificates=tuple(folder / file for file in one.certificates or ()),
        recipient=one.recipient,
        review=_review(review, folder) if review else None,
        login=t.Login(login.client_id, login.scopes) if login else None,
    )


def _review(review: ReviewSection, folder: Path) -> t.Review:
    return t.Review(review.url, folder / review.token_file, folder / review.ca if review.ca else None)
