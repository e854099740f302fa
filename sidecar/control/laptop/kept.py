"""What a laptop keeps: a login that can be refreshed, and tokens until they end.

    ~/.config/gatehouse/login.json     the login ($XDG_CONFIG_HOME)
    ~/.cache/gatehouse/<name>.json     a token ($XDG_CACHE_HOME)

Rules: folders 0700, files 0600, replaced whole; a file that others can read is not believed. Several commands run at
once (each agent calls one), so whoever wants to change something holds the lock meanwhile.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Self

from sidecar.core.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Login:
    """`issuer`: of the provider, or nothing where the control plane itself refreshes the login. `endpoint`: where."""

    control: str
    endpoint: str
    refresh: str | None = field(repr=False)
    issuer: str | None = None
    client: str | None = None
    proof: str | None = field(default=None, repr=False)  # the ID token of the provider
    proof_expires: float = 0.0
    who: str | None = None

    def with_(self, **changed: object) -> Self:
        return replace(self, **changed)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Cached:
    token: str = field(repr=False)
    issued: float
    expires: float


class Kept:
    """The two folders."""

    def __init__(self, config: Path, cache: Path) -> None:
        self._login = config / "login.json"
        self._cache = cache

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Self:
        home = Path(environ.get("HOME") or Path.home())
        config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
        cache = Path(environ.get("XDG_CACHE_HOME") or home / ".cache")
        return cls(config / "gatehouse", cache / "gatehouse")

    def login(self) -> Login | None:
        fields = _read(self._login)
        return Login(**fields) if fields else None  # type: ignore[arg-type]

    def keep(self, login: Login) -> None:
        _write(self._login, asdict(login))

    def forget(self) -> bool:
        """The login and every token. Was there one?"""
        there = self._login.exists()
        self._login.unlink(missing_ok=True)
        for file in self._cache.glob("*.json"):
            file.unlink(missing_ok=True)
        return there

    def token(self, name: str) -> Cached | None:
        fields = _read(self._cache / f"{name}.json")
        return Cached(**fields) if fields else None  # type: ignore[arg-type]

    def keep_token(self, name: str, token: Cached) -> None:
        _write(self._cache / f"{name}.json", asdict(token))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One at a time on this machine."""
        _folder(self._cache)
        with (self._cache / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError.single(str(folder), f"cannot be made: {error.strerror}") from error


def _read(file: Path) -> dict[str, object] | None:
    """What stands in it; nothing if it is not there, not ours alone, or not what we wrote."""
    try:
        with file.open() as opened:
            if os.fstat(opened.fileno()).st_mode & 0o077:
                return None
            fields = json.load(opened)
    except (OSError, ValueError):
        return None
    return fields if isinstance(fields, dict) else None


def _write(file: Path, fields: Mapping[str, object]) -> None:
    _folder(file.parent)
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            json.dump(fields, opened)
        fresh.replace(file)
    except OSError as error:
        raise ConfigurationError.single(str(file), f"cannot be written: {error.strerror}") from error
