"""The section `policies` of `gatehouse.yaml`: files, a signed bundle, or both."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sidecar.settings.bundle import BundleCredential, BundleSettings, FilePlace, place_of
from sidecar.settings.loopback import is_loopback
from sidecar.settings.section import Section, SourceSection
from sidecar.settings.source import Source
from sidecar.settings.units import NOT_EMPTY, Duration, Name, Text


def _place(text: str) -> str:
    place_of(text, Path())
    return text


def _public_key(text: str) -> str:
    if len(text) != 64 or set(text) - set("0123456789abcdef"):
        raise ValueError("expected a public key of 64 hexadecimal digits, as `gatehouse policy bundle keys` prints it")
    return text


class BundleCredentialSection(Section):
    user: Annotated[Text | None, Field(description="The user, where the credential is a password.")] = None
    source: Annotated[SourceSection, Field(alias="from", description="Where the password or token comes from.")]


class BundleSection(Section):
    url: Annotated[
        Text,
        AfterValidator(_place),
        Field(description="Where it lies: https://HOST/FILE, oci://HOST/REPOSITORY:TAG (or @sha256:...), or a path."),
    ]
    public_keys: Annotated[
        tuple[Annotated[str, AfterValidator(_public_key)], ...],
        *NOT_EMPTY,
        Field(description="Keys that may sign it, as `gatehouse policy bundle keys` prints them; one has to."),
    ]
    every: Annotated[Duration, Field(ge=1, le=86_400, description="How often to look for a newer one.")] = 60.0
    name: Annotated[Name | None, Field(description="The name it must have; the one taken first if not set.")] = None
    at_least: Annotated[
        int, Field(ge=1, description="The lowest version to take, also where nothing is known of one before.")
    ] = 1
    allow_rollback: Annotated[bool, Field(description="Take a lower version than the one in force, too.")] = False
    ca: Annotated[
        Text | None,
        Field(description="PEM file of authorities its server is checked by; the system's if not set."),
    ] = None
    credential: Annotated[
        BundleCredentialSection | None, Field(description="What its server wants to see; nothing if not set.")
    ] = None

    @model_validator(mode="after")
    def _secret_only_over_tls(self) -> "BundleSection":
        place = place_of(self.url, Path())
        if isinstance(place, FilePlace):
            if self.credential or self.ca:
                raise ValueError("a file needs no `credential` and no `ca`")
        elif place.plain and not is_loopback(place.host) and self.credential:
            raise ValueError(
                "a credential over plain http can be read by whoever is on the way: use https:// or oci://"
            )
        elif place.plain and self.ca:
            raise ValueError("`ca` needs https:// or oci://: certificates are shown over TLS only")
        return self


class PoliciesSection(Section):
    files: Annotated[tuple[Text, ...], Field(description="Policy files, or patterns such as policies/*.yaml.")] = ()
    bundle: Annotated[BundleSection | None, Field(description="Signed policies, fetched and looked at again.")] = None


def _section(value: object) -> object:
    return {"files": value} if isinstance(value, list | tuple) else value


# Most write a list of files; the section is for those who write more.
Policies = Annotated[
    PoliciesSection, BeforeValidator(_section, json_schema_input_type=Sequence[Text] | PoliciesSection)
]


def bundle_from(written: BundleSection | None, folder: Path) -> BundleSettings | None:
    if written is None:
        return None
    credential = written.credential
    return BundleSettings(
        place=place_of(written.url, folder),
        public_keys=written.public_keys,
        every=written.every,
        name=written.name,
        at_least=written.at_least,
        allow_rollback=written.allow_rollback,
        ca=folder / written.ca if written.ca is not None else None,
        credential=BundleCredential(credential.user, _source(credential.source, folder)) if credential else None,
    )


def _source(written: SourceSection, folder: Path) -> Source:
    return Source(written.env, folder / written.file if written.file is not None else None)
