"""Keeps what sessions need to be put back over a restart: encrypted files, only if switched on.

Strategy: one file a session, sealed anew about once a second when something was added; the scope it belongs to is
sealed in too, so that a file's name and size are all that can be read without the key.

Rules:
- Off unless `restore.survive_restart` is on; then the key comes from a file that is not kept beside the spool.
- A file that does not open (another key, damage) is left alone and said in the log: nobody's words are guessed.
- Replaced whole by rename, so that a crash leaves the old file or the new one.
- Files of sessions that nobody used for thirty days are removed.
"""

import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sidecar.core.errors import ConfigurationError
from sidecar.core.mask.memory import Memories
from sidecar.core.mask.sealed import seal, unseal
from sidecar.settings.values import Restore
from sidecar.telemetry.log import EventLog

KEY_BYTES = 32
NONCE_BYTES = 12
FORGOTTEN_AFTER = 30 * 86_400.0
SCOPE = b"gatehouse/scope/1\n"
log = EventLog("keeper")


class Keeper:
    """`save` writes what changed since it last did; without a key it does nothing."""

    def __init__(self, restore: Restore, folder: Path, memories: Memories) -> None:
        self._key = _key(restore.key_file) if restore.survive_restart and restore.key_file else None
        self._folder = folder
        self._memories = memories
        self._saved: dict[str, int] = {}

    def load(self) -> int:
        """Take in every session that opens; how many did."""
        if self._key is None:
            return 0
        loaded = 0
        for file in self._files():
            opened = _opened(file.read_bytes(), self._key)
            if opened is None:
                log.warning("a kept session does not open with this key", file=file.name)
                continue
            scope, blob = opened
            memory = unseal(blob, self._key, scope)
            if memory is not None:
                self._memories.adopt(scope, memory)
                self._saved[scope] = memory.changes
                loaded += 1
        return loaded

    def save(self) -> None:
        if self._key is None:
            return
        for scope, memory in self._memories.sessions():
            changes = memory.changes
            if changes and self._saved.get(scope) != changes:
                self._write(_name(scope), _closed(scope, seal(memory, self._key, _nonce(), scope), self._key))
                self._saved[scope] = changes

    def _files(self) -> Iterator[Path]:
        if not self._folder.is_dir():
            return
        oldest_first = sorted(self._folder.glob("*.sealed"), key=lambda file: file.stat().st_mtime)
        for file in oldest_first:
            if file.stat().st_mtime < time.time() - FORGOTTEN_AFTER:
                file.unlink()
            else:
                yield file

    def _write(self, name: str, data: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self._folder / f".{name}"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._folder / name)


def _key(file: Path) -> bytes:
    """32 bytes, as they are or in hexadecimal."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise ConfigurationError.single(str(file), f"the restore key cannot be read: {error.strerror}") from error
    text = raw.strip()
    if len(text) == 2 * KEY_BYTES:
        try:
            return bytes.fromhex(text.decode("ascii"))
        except ValueError as error:
            raise ConfigurationError.single(str(file), "the restore key is not hexadecimal") from error
    if len(raw) != KEY_BYTES:
        said = (
            f"the restore key must be {KEY_BYTES} bytes, or {2 * KEY_BYTES} hexadecimal digits; it has {len(raw)} bytes"
        )
        raise ConfigurationError.single(str(file), said)
    return raw


def _nonce() -> bytes:
    return secrets.token_bytes(NONCE_BYTES)


def _name(scope: str) -> str:
    return f"{hashlib.sha256(scope.encode()).hexdigest()[:32]}.sealed"


def _closed(scope: str, blob: bytes, key: bytes) -> bytes:
    nonce = _nonce()
    box = nonce + AESGCM(key).encrypt(nonce, scope.encode(), SCOPE)
    return len(box).to_bytes(4) + box + blob


def _opened(data: bytes, key: bytes) -> tuple[str, bytes] | None:
    end = 4 + int.from_bytes(data[:4])
    box, blob = data[4:end], data[end:]
    try:
        return AESGCM(key).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], SCOPE).decode(), blob
    except (InvalidTag, ValueError):
        return None
