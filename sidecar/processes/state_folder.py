"""The folder that holds what one gate keeps on this machine: keys, sockets, logs.

Rules:
- The folder is 0700 and every secret in it 0600, created exclusively, so that two starters end with one secret.
- The mask key outlives restarts: placeholders come from it, and a conversation must be masked the same tomorrow. The
  route secret does not have to: `renew_route_secret` makes a new one for each life of the gate.
"""

import os
import secrets
from pathlib import Path

from sidecar.core.errors import ConfigurationError

KEY_BYTES = 32


def prepared(folder: Path) -> Path:
    """The folder, made if it was not there."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError.single(str(folder), f"the state folder cannot be made: {error.strerror}") from error
    return folder


def mask_key(folder: Path, file: Path | None = None) -> bytes:
    """The key that placeholders come from: the configured file, or one of our own that is made once."""
    if file is None:
        return bytes.fromhex(kept(prepared(folder) / "mask.key"))
    try:
        key = file.read_bytes().strip()
    except OSError as error:
        raise ConfigurationError.single(str(file), f"the mask key cannot be read: {error.strerror}") from error
    if len(key) < KEY_BYTES:
        raise ConfigurationError.single(
            str(file), f"the mask key has {len(key)} bytes; at least {KEY_BYTES} are needed"
        )
    return key


def route_secret(folder: Path) -> str:
    """The secret that opens the upstream routes, shared by Envoy's bootstrap and the data plane."""
    return kept(prepared(folder) / "route.secret")


def renew_route_secret(folder: Path) -> str:
    (prepared(folder) / "route.secret").unlink(missing_ok=True)
    return route_secret(folder)


def fresh_secret() -> str:
    return secrets.token_hex(KEY_BYTES)


def write_private(path: Path, text: str) -> None:
    """A file that only this user may read, replaced whole."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)


def kept(path: Path) -> str:
    """What stands in the file, or a fresh secret written there. A link settles who was first."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    if not path.exists():
        write_private(fresh, fresh_secret())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    try:
        return path.read_text().strip()
    except OSError as error:
        raise ConfigurationError.single(str(path), f"cannot be read: {error.strerror}") from error
