"""The last good bundle, on this machine's disk: what a gate starts with when the place it came from is away.

Rules:
- Written whole or not at all, and on disk before it counts.
- Verified each time it is read: whoever can write here still cannot sign.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from sidecar.core.errors import ConfigurationError
from sidecar.rulebook.bundle.archive import LARGEST
from sidecar.rulebook.bundle.bundle import Bundle, verified
from sidecar.rulebook.bundle.keys import Trusted
from sidecar.rulebook.bundle.trouble import BundleRefused


@dataclass(frozen=True, slots=True)
class Kept:
    file: Path
    trusted: Trusted

    def read(self) -> Bundle:
        """The bundle, or a `ConfigurationError` that says why there is none."""
        try:
            with self.file.open("rb") as file:
                return verified(file.read(LARGEST + 1), self.trusted)
        except OSError as error:
            raise ConfigurationError.single(str(self.file), f"cannot be read: {error.strerror}") from error
        except BundleRefused as error:
            raise ConfigurationError.single(str(self.file), f"the bundle {error}") from error

    def keep(self, raw: bytes) -> None:
        """An `OSError` means that the one before is still there."""
        folder = self.file.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self.file.with_name(f".{self.file.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(raw)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(self.file)
        directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
