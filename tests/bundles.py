"""Policy bundles of a test's own: keys, manifests, and archives as somebody else might make them."""

import io
import tarfile
from collections.abc import Iterable, Mapping
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sidecar.rulebook.bundle.bundle import listed, made
from sidecar.rulebook.bundle.keys import Trusted, public_text, trusted
from sidecar.rulebook.bundle.manifest import Manifest

CREATED = 1_800_000_000


def key_of(word: str) -> Ed25519PrivateKey:
    """The same for the same word."""
    return Ed25519PrivateKey.from_private_bytes(sha256(word.encode()).digest())


def public_of(word: str) -> str:
    return public_text(key_of(word).public_key())


OURS, THEIRS = key_of("ours"), key_of("theirs")
TRUSTED: Trusted = trusted([public_of("ours")])


def policy(word: str, name: str = "company") -> bytes:
    """A policy that masks a word, and says so in a test of its own."""
    return (
        f"policy: {name}\nrules: [{{id: word, where: [prompt], match: {{keywords: [{word}]}}, do: mask}}]\n"
        f"tests: [{{note: the word goes, prompt: 'say {word}', expect: {{verdict: mask}}}}]\n"
    ).encode()


FILES: Mapping[str, bytes] = {"a.yaml": policy("alpha", "a"), "b.yaml": policy("beta", "b")}


def manifest(version: int = 1, files: Mapping[str, bytes] = FILES, **more: object) -> Manifest:
    said: dict[str, object] = {
        "name": "company",
        "version": version,
        "created": CREATED,
        "files": listed(files),
        "needs": "0.1.0",
    }
    return Manifest(**{**said, **more})  # type: ignore[arg-type]


def bundle(
    version: int = 1, files: Mapping[str, bytes] = FILES, key: Ed25519PrivateKey = OURS, **more: object
) -> bytes:
    return made(manifest(version, files, **more), files, [key])


def entries(raw: bytes) -> list[tuple[tarfile.TarInfo, bytes]]:
    """As any tar program reads it."""
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        return [(member, taken.read() if (taken := archive.extractfile(member)) else b"") for member in archive]


def tar(parts: Iterable[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    """As any tar program writes it, with nothing after its end."""
    made = b"".join(member.tobuf(tarfile.USTAR_FORMAT) + body + bytes(-len(body) % 512) for member, body in parts)
    return made + bytes(1024)


def renamed(member: tarfile.TarInfo, **changes: object) -> tarfile.TarInfo:
    for name, value in changes.items():
        setattr(member, name, value)
    return member
