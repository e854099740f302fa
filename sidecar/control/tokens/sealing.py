"""How private keys lie in the database: encrypted under a key that lies elsewhere.

Rules: the file is made once, readable by nobody else, and shared by all replicas. Whoever has the database alone, or a
backup of it, cannot sign.
"""

import base64
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sidecar.core.errors import ConfigurationError

KEY_BYTES = 32
NONCE_BYTES = 12  # what AES-GCM takes without further hashing; random, as each key seals a handful of texts


class Sealing:
    """Seals and opens texts that belong to a name."""

    def __init__(self, key: bytes, file: str) -> None:
        self._aead = AESGCM(key)
        self._file = file

    def seal(self, secret: bytes, name: str) -> str:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return base64.b64encode(nonce + self._aead.encrypt(nonce, secret, name.encode())).decode()

    def open(self, sealed: str, name: str) -> bytes:
        raw = base64.b64decode(sealed)
        try:
            return self._aead.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], name.encode())
        except InvalidTag as error:
            raise ConfigurationError.single(
                self._file, "is not the key that the signing keys in the database are encrypted under"
            ) from error


def sealing(file: Path) -> Sealing:
    """With the key in the file; a fresh one if there is no file. A link settles which of two starters was first."""
    try:
        if not file.exists():
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make(file)
        key = bytes.fromhex(file.read_text().strip())
        loose = file.stat().st_mode & 0o077
    except OSError as error:
        raise ConfigurationError.single(str(file), f"the token key cannot be read: {error.strerror}") from error
    except ValueError:
        key, loose = b"", 0
    if len(key) != KEY_BYTES:
        raise ConfigurationError.single(str(file), f"is not {KEY_BYTES} bytes as hexadecimal digits")
    if loose:
        raise ConfigurationError.single(str(file), "can be read by other users: chmod 600")
    return Sealing(key, str(file))


def _make(file: Path) -> None:
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(secrets.token_hex(KEY_BYTES))
    try:
        os.link(fresh, file)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
