"""Where a credential is read: an environment variable, or a file that may change while we run.

Rules:
- `read` gives a `Secret` or raises `Missing`, whose sentence says what to do and never holds the value.
- A file is looked at no more than once a second, and read again when its inode, size or times changed: a Kubernetes
  secret is replaced by swapping a symlink, which changes the inode. While it cannot be read, there is no credential.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from sidecar.core.errors import GatehouseError
from sidecar.credentials.secret import Secret

SECONDS_BETWEEN_LOOKS = 1.0
# No API key or token comes near this; a larger file is the wrong file, and a header above it would be refused anyway.
MAX_BYTES = 16 << 10


class Missing(GatehouseError):  # noqa: N818  (named for what is the matter)
    """There is no usable credential; the message says what to do."""


def usable(text: str, told: str) -> Secret:
    """The credential in a text, if it can stand in a header. `told` is how a person would name the place."""
    value = text.removesuffix("\n").removesuffix("\r")
    if not value.strip():
        raise Missing(f"{told} is empty")
    # CR or LF would end the header and begin one of the credential's choosing; others are never in a real one.
    if not (value.isascii() and value.isprintable()):
        raise Missing(f"{told} holds a line break or another character that cannot stand in a header")
    return Secret(value)


def lines(text: str, told: str) -> Secret:
    """A secret of several lines, such as a key in PEM; it never stands in a header."""
    if not text.strip():
        raise Missing(f"{told} is empty")
    return Secret(text)


class FromEnvironment:
    def __init__(self, variable: str, environ: Mapping[str, str]) -> None:
        self._variable = variable
        self._environ = environ
        self.advice = "set it where the gate runs, and start the gate again"

    def read(self) -> Secret:
        if self._variable not in self._environ:
            raise Missing(f"{self._variable} is not set")
        return usable(self._environ[self._variable], self._variable)


Signature = tuple[int, int, int, int]


class FromFile:
    """`clock` gives seconds that only move forward. `changed` is called when another credential stands there. `meant`:
    the credential in a text."""

    def __init__(
        self,
        path: Path,
        clock: Callable[[], float],
        changed: Callable[[], None] = lambda: None,
        meant: Callable[[str, str], Secret] = usable,
    ) -> None:
        self._path = path
        self._changed = changed
        self._meant = meant
        self._last: Secret | None = None
        self._clock = clock
        self._looked: float | None = None
        self._signature: Signature | None = None
        self._held: Secret | Missing = Missing(f"{path} was not read yet")
        self.advice = "put the credential there; the gate reads it again by itself"

    def read(self) -> Secret:
        now = self._clock()
        if self._looked is None or now - self._looked >= SECONDS_BETWEEN_LOOKS:
            self._looked = now
            self._look()
        if isinstance(self._held, Missing):
            raise Missing(*self._held.args)
        return self._held

    def _look(self) -> None:
        try:
            signature = _signature(self._path)
            if signature != self._signature:
                self._held = fresh = self._read()
                self._signature = signature
                before, self._last = self._last, fresh
                if before is not None and before != fresh:
                    self._changed()
        except Missing as missing:
            self._held, self._signature = missing, None
        except OSError as error:
            self._held, self._signature = Missing(f"{self._path} cannot be read: {error.strerror}"), None

    def _read(self) -> Secret:
        with self._path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise Missing(f"{self._path} is larger than {MAX_BYTES >> 10} KiB: this is not a credential")
        return self._meant(raw.decode("latin-1"), str(self._path))


def _signature(path: Path) -> Signature:
    seen = os.stat(path)
    return seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns
