"""A bundle: policy files under one signature. Made here, and opened here only if everything about it is right.

Strategy: archive, then signature, then manifest, then each file against its digest. What is looked at before the
signature is the archive's outer form, and the envelope's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sidecar.core.policy.book import PolicySource
from sidecar.rulebook.bundle.archive import packed, unpacked
from sidecar.rulebook.bundle.envelope import opened, sealed
from sidecar.rulebook.bundle.keys import Trusted
from sidecar.rulebook.bundle.manifest import Manifest, as_bytes, from_bytes
from sidecar.rulebook.bundle.trouble import BundleRefused


@dataclass(frozen=True, slots=True)
class Bundle:
    """`digest`: of the whole archive. `key`: the name of the trusted key that signed it."""

    manifest: Manifest
    files: Mapping[str, str]
    digest: str
    key: str

    @property
    def title(self) -> str:
        return self.manifest.title

    @property
    def sources(self) -> tuple[PolicySource, ...]:
        """In messages a file is named with the bundle it came in."""
        return tuple(PolicySource(f"{self.title}/{name}", text) for name, text in self.files.items())


def made(manifest: Manifest, files: Mapping[str, bytes], keys: Sequence[Ed25519PrivateKey]) -> bytes:
    """The archive. The manifest's own list of files is what it says of these."""
    if manifest.files != listed(files):
        raise ValueError("the manifest lists other files")
    return packed(sealed(as_bytes(manifest), keys), files)


def listed(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: _digest(body) for name, body in sorted(files.items())}


def verified(raw: bytes, trusted: Trusted) -> Bundle:
    """The bundle, or `BundleRefused` with the first thing that is wrong."""
    envelope, files = unpacked(raw)
    payload, key = opened(envelope, trusted)
    manifest = from_bytes(payload)
    _agree(manifest.files, files)
    return Bundle(manifest, {name: _text(name, body) for name, body in files.items()}, _digest(raw), key)


def _agree(said: Mapping[str, str], files: Mapping[str, bytes]) -> None:
    if missing := sorted(said.keys() - files.keys()):
        raise BundleRefused(f"lacks {missing[0]!r}, which its manifest lists")
    if extra := sorted(files.keys() - said.keys()):
        raise BundleRefused(f"holds {extra[0]!r}, which its manifest does not list: nobody signed it")
    for name, body in files.items():
        if _digest(body) != said[name]:
            raise BundleRefused(f"holds another {name!r} than was signed")


def _text(name: str, body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise BundleRefused(f"holds {name!r}, which is not UTF-8 text") from error


def _digest(body: bytes) -> str:
    return sha256(body).hexdigest()
