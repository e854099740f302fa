"""The keys that checkpoints are signed with: one that signs, and every public one there ever was.

Strategy: `<folder>/signing.key` holds the 32 raw bytes of the one that signs now, in hexadecimal, and
`<folder>/public.json` lists all public keys with the time since which each signs. Rotation publishes the new key first,
then puts it in force, and the old private key is gone: what it signed can still be checked, and nothing more can be
signed with it.

Rules:
- The folder is 0700 and the private key 0600, created exclusively, so that two starters end with one key.
- A running gate sees a rotation at its next checkpoint: it looks at the file each time.
"""

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sidecar.core.errors import ConfigurationError
from sidecar.core.evidence.checkpoint import PublicKeys, key_id

SIGNING, PUBLIC = "signing.key", "public.json"


@dataclass(frozen=True, slots=True)
class Signer:
    """The private key, which no `repr` shows, and its name."""

    private: Ed25519PrivateKey = field(repr=False)
    id: str

    @property
    def public(self) -> str:
        """The raw public bytes in hexadecimal."""
        return self.private.public_key().public_bytes_raw().hex()


class Keys:
    """The keys of one gate; made if there are none. `since` gives the time, as it is published."""

    def __init__(self, folder: Path, since: Callable[[], str]) -> None:
        self._file = folder / SIGNING
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._file.exists():
                _first(folder)
            self._seen = self._stamp()
            self._signer = _read(self._file)
            if self._signer.id not in published(folder):
                _publish(folder, self._signer, since())
        except OSError as error:
            said = f"the signing key cannot be kept here: {error.strerror}"
            raise ConfigurationError.single(str(folder), said) from error

    def current(self) -> Signer:
        """The key in force. While its file cannot be read, the one known before goes on."""
        try:
            if (stamp := self._stamp()) != self._seen:
                self._signer, self._seen = _read(self._file), stamp
        except (OSError, ConfigurationError):
            return self._signer
        return self._signer

    def _stamp(self) -> tuple[int, int, int]:
        seen = self._file.stat()
        return seen.st_ino, seen.st_size, seen.st_mtime_ns


def rotated(folder: Path, since: str) -> Signer:
    """A new key in the place of the old one, which nobody can use again."""
    signer = _made(Ed25519PrivateKey.generate())
    _publish(folder, signer, since)
    _replace(folder / SIGNING, signer.private.private_bytes_raw().hex() + "\n", 0o600)
    return signer


def published(folder: Path) -> PublicKeys:
    """Every public key by its name; none if nothing was published."""
    return {name: Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)) for name, key, _ in _listed(folder / PUBLIC)}


def listed(folder: Path) -> list[tuple[str, str, str]]:
    """Name, raw public bytes in hexadecimal, and since when it signs, of every key, in the order of their making."""
    return _listed(folder / PUBLIC)


def _listed(file: Path) -> list[tuple[str, str, str]]:
    if not file.exists():
        return []
    try:
        return [(one["id"], one["public"], one["since"]) for one in json.loads(file.read_bytes())["keys"]]
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError.single(str(file), "this is not the list of public keys that was written") from error


def _publish(folder: Path, signer: Signer, since: str) -> None:
    listed = [*_listed(folder / PUBLIC), (signer.id, signer.public, since)]
    keys = [{"id": name, "public": key, "since": when} for name, key, when in listed]
    _replace(folder / PUBLIC, json.dumps({"keys": keys}, indent=2) + "\n", 0o644)


def _made(private: Ed25519PrivateKey) -> Signer:
    return Signer(private, key_id(private.public_key()))


def _read(file: Path) -> Signer:
    try:
        return _made(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(file.read_text("ascii").strip())))
    except ValueError as error:
        raise ConfigurationError.single(str(file), "this is not a signing key: 64 hexadecimal digits") from error


def _first(folder: Path) -> None:
    """A link settles who was first; the other takes what stands there."""
    fresh = folder / f".{SIGNING}.{secrets.token_hex(4)}"
    _replace(fresh, Ed25519PrivateKey.generate().private_bytes_raw().hex() + "\n", 0o600)
    try:
        os.link(fresh, folder / SIGNING)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _replace(file: Path, text: str, mode: int) -> None:
    """Whole or not at all, and on disk: a key that signed and is then lost cannot be told from a forger's."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
    directory = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
