"""The keys that checkpoints are signed with: one that signs, and every public one there ever was.

Strategy: `<folder>/signing.key` holds the 32 raw bytes of the one that signs now, in hexadecimal, and
`<folder>/public.json` lists all public keys with the time since which each signs, and with the word of the key before
for it (a pledge). Rotation publishes the new key first, then puts it in force, and the old private key is gone: what it
signed can still be checked, and nothing more can be signed with it.

Rules:
- The folder is 0700 and the private key 0600, created exclusively, so that two starters end with one key.
- A running gate sees a rotation at its next checkpoint: it looks at the file each time. The pledges go into the chain,
  so that whoever trusts one key can follow to the next.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sidecar.core.errors import ConfigurationError
from sidecar.core.evidence.checkpoint import PublicKeys, key_id
from sidecar.core.evidence.trust import pledged

SIGNING, PUBLIC = "signing.key", "public.json"


@dataclass(frozen=True, slots=True)
class Signer:
    """The private key, which no `repr` shows, its name, and every pledge that leads to it, oldest first."""

    private: Ed25519PrivateKey = field(repr=False)
    id: str
    pledges: tuple[Mapping[str, str], ...] = ()

    @property
    def public(self) -> str:
        """The raw public bytes in hexadecimal."""
        return self.private.public_key().public_bytes_raw().hex()

    def after(self, old: str) -> tuple[Mapping[str, str], ...]:
        """The pledges that lead from an older key to this one."""
        froms = [pledge["from"] for pledge in self.pledges]
        return self.pledges[froms.index(old) :] if old in froms else ()


@dataclass(frozen=True, slots=True)
class Listed:
    """A public key as it is published. `signature`: of the key before, over the pledge."""

    id: str
    public: str
    since: str
    before: str | None = None
    signature: str | None = None

    @property
    def pledge(self) -> dict[str, str] | None:
        if self.before is None or self.signature is None:
            return None
        said = {"from": self.before, "to": self.id, "public": self.public, "since": self.since}
        return {**said, "signature": self.signature}

    @property
    def told(self) -> dict[str, str]:
        told = {"id": self.id, "public": self.public, "since": self.since}
        return {**told, "from": self.before or "", "signature": self.signature} if self.signature else told


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
                _publish(folder, Listed(self._signer.id, self._signer.public, since()))
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
    """A new key in the place of the old one, which vouches for it and then cannot be used again."""
    with _alone(folder):
        old, new = _read(folder / SIGNING), Ed25519PrivateKey.generate()
        pledge = pledged(old.private, new.public_key(), since)
        _publish(folder, Listed(pledge["to"], pledge["public"], since, old.id, pledge["signature"]))
        _replace(folder / SIGNING, new.private_bytes_raw().hex() + "\n", 0o600)
        return _read(folder / SIGNING)


def published(place: Path) -> PublicKeys:
    """Every public key by its name; none if nothing was published. `place`: the folder, or a copy of the list."""
    return {one.id: Ed25519PublicKey.from_public_bytes(bytes.fromhex(one.public)) for one in listed(place)}


def listed(place: Path) -> list[Listed]:
    """The same with their times, oldest first."""
    file = place if place.is_file() else place / PUBLIC
    if not file.exists():
        return []
    try:
        found = [_one(one) for one in json.loads(file.read_bytes())["keys"]]
        for key in found:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.public))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError.single(str(file), "this is not the list of public keys that was written") from error
    return found


def _one(said: Mapping[str, str]) -> Listed:
    return Listed(said["id"], said["public"], said["since"], said.get("from"), said.get("signature"))


def text_of(keys: list[Listed]) -> str:
    """The list as it is published."""
    return json.dumps({"keys": [one.told for one in keys]}, indent=2) + "\n"


def _publish(folder: Path, fresh: Listed) -> None:
    _replace(folder / PUBLIC, text_of([*listed(folder), fresh]), 0o644)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two that rotate at once would each vouch with the same old key; the kernel frees the lock, come what may."""
    directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        yield
    finally:
        os.close(directory)


def _read(file: Path) -> Signer:
    try:
        private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(file.read_text("ascii").strip()))
    except ValueError as error:
        raise ConfigurationError.single(str(file), "this is not a signing key: 64 hexadecimal digits") from error
    pledges = tuple(one.pledge for one in listed(file.parent) if one.pledge is not None)
    return Signer(private, key_id(private.public_key()), pledges)


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
