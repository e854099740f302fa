"""Where a signed bundle of policies lies, and what it must be, as the rest of the program sees it."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sidecar.settings.source import Source
from sidecar.settings.units import web_address

# As the distribution specification writes them.
_REPOSITORY = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}"
_REGISTRY = re.compile(
    rf"(oci|oci\+http)://([A-Za-z0-9.-]+(?::[0-9]{{1,5}})?)/({_REPOSITORY})(?::({_TAG})|@(sha256:[0-9a-f]{{64}}))?"
)


@dataclass(frozen=True, slots=True)
class FilePlace:
    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class WebPlace:
    url: str

    @property
    def plain(self) -> bool:
        return self.url.startswith("http:")

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    def __str__(self) -> str:
        return self.url


@dataclass(frozen=True, slots=True)
class RegistryPlace:
    """`authority`: host and port. `reference`: a tag or a digest. `plain`: without TLS."""

    authority: str
    repository: str
    reference: str
    plain: bool

    @property
    def host(self) -> str:
        return self.authority.partition(":")[0]

    @property
    def url(self) -> str:
        return f"{'http' if self.plain else 'https'}://{self.authority}"

    def __str__(self) -> str:
        mark = "@" if ":" in self.reference else ":"
        return f"oci{'+http' if self.plain else ''}://{self.authority}/{self.repository}{mark}{self.reference}"


Place = FilePlace | WebPlace | RegistryPlace


@dataclass(frozen=True, slots=True)
class BundleCredential:
    """With a user it is a password, else a token."""

    user: str | None
    source: Source


@dataclass(frozen=True, slots=True)
class BundleSettings:
    place: Place
    public_keys: tuple[str, ...]
    every: float
    name: str | None = None
    at_least: int = 1
    allow_rollback: bool = False
    ca: Path | None = None
    credential: BundleCredential | None = None


def place_of(text: str, folder: Path) -> Place:
    """A path is relative to the folder. A `ValueError` says what was expected."""
    scheme, mark, _ = text.partition("://")
    if not mark:
        return FilePlace(folder / text)
    if scheme in ("http", "https"):
        return WebPlace(web_address(text))
    if scheme in ("oci", "oci+http"):
        return _registry(text)
    raise ValueError("expected a path, or an address that begins with https://, http://, oci:// or oci+http://")


def _registry(text: str) -> RegistryPlace:
    found = _REGISTRY.fullmatch(text)
    if found is None:
        raise ValueError("expected oci://HOST/REPOSITORY:TAG or oci://HOST/REPOSITORY@sha256:DIGEST, in small letters")
    scheme, authority, repository, tag, digest = found.groups()
    return RegistryPlace(authority, repository, digest or tag or "latest", scheme == "oci+http")
