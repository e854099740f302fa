"""The credentials of all connections: what an upstream wants to see in a request's headers.

Rule: whatever is the matter with one, its sentence names the connection and what to do, and never holds a value.
"""

import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sidecar.core.errors import Refused
from sidecar.core.model.http import Headers
from sidecar.credentials.fixed import FixedCredential
from sidecar.credentials.oauth.grant import NoToken
from sidecar.credentials.secret import Secret
from sidecar.credentials.source import FromEnvironment, FromFile, lines, usable
from sidecar.settings.environment import environment
from sidecar.settings.oauth import ClientAuth
from sidecar.settings.values import CredentialSource, Upstream


class Credential(Protocol):
    """Of one connection. `token`: the caller's own, which some exchange."""

    def headers(self, token: str | None) -> Headers | None: ...

    async def fetch(self, token: str | None) -> Headers: ...

    def rejected(self, token: str | None, used: Headers) -> None: ...

    def complaint(self) -> str | None: ...

    def ages(self) -> tuple[int, float] | None: ...

    async def close(self) -> None: ...


def _unheard(*_: object) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True)
class Listeners:
    """`missing` is told the connection's name each time its credential was wanted and not there, `changed` when another
    one than before stands in its file, `fetched` of every token that was asked for, and why there is none."""

    missing: Callable[[str], None] = _unheard
    changed: Callable[[str], None] = _unheard
    fetched: Callable[[str, NoToken | None], None] = _unheard


DEAF = Listeners()


class Vault:
    """`chance`: from 0 to 1."""

    def __init__(
        self,
        upstreams: Iterable[Upstream],
        environ: Mapping[str, str] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
        listeners: Listeners = DEAF,
    ) -> None:
        self._environ = environment() if environ is None else environ
        self._clock = clock
        self._chance = chance
        self._listeners = listeners
        self._of = {one.name: self._made(one.name, one.credential) if one.credential else None for one in upstreams}

    def headers_for(self, connection: str, token: str | None = None) -> Headers | None:
        """What to set on a request to this connection, `()` if it wants no credential; nothing if there is one to be
        fetched first. `Refused` if there is none."""
        credential = self._of[connection]
        if credential is None:
            return ()
        try:
            return credential.headers(token)
        except Refused:
            self._listeners.missing(connection)
            raise

    async def fetch(self, connection: str, token: str | None = None) -> Headers:
        """The same, and wait for it."""
        credential = self._of[connection]
        try:
            return await credential.fetch(token) if credential is not None else ()
        except Refused:
            self._listeners.missing(connection)
            raise

    def rejected(self, connection: str, token: str | None, used: Headers) -> None:
        """The upstream did not take what it was given."""
        credential = self._of[connection]
        if credential is not None:
            credential.rejected(token, used)

    def missing(self) -> tuple[str, ...]:
        """A sentence for each connection whose credential is not there, to be said at start-up."""
        return tuple(said for one in self._of.values() if one and (said := one.complaint()))

    def ages(self) -> Mapping[str, tuple[int, float]]:
        """How many tokens are in use for each connection that fetches them, and the age of the oldest in seconds."""
        return {name: ages for name, one in self._of.items() if one and (ages := one.ages()) is not None}

    async def close(self) -> None:
        for one in self._of.values():
            if one is not None:
                await one.close()

    def _made(self, connection: str, wanted: CredentialSource) -> Credential:
        carried = (wanted.header, wanted.prefix)
        if wanted.oauth is None:
            return FixedCredential(connection, carried, self._source(connection, wanted.env, wanted.file))
        # The HTTP client takes a tenth of a second to load, and most gates fetch no tokens.
        from sidecar.credentials.oauth.credential import OAuthCredential  # noqa: PLC0415

        meant = lines if wanted.oauth.auth is ClientAuth.PRIVATE_KEY_JWT else usable
        source = self._source(connection, wanted.oauth.secret_env, wanted.oauth.secret_file, meant)
        return OAuthCredential.of(
            connection,
            carried,
            wanted.oauth,
            source,
            self._clock,
            self._chance,
            lambda no: self._listeners.fetched(connection, no),
        )

    def _source(
        self, connection: str, env: str | None, file: Path | None, meant: Callable[[str, str], Secret] = usable
    ) -> FromEnvironment | FromFile:
        if env is not None:
            return FromEnvironment(env, self._environ)
        if file is not None:
            return FromFile(file, self._clock, lambda: self._listeners.changed(connection), meant)
        raise ValueError(f"the credential of connection {connection!r} has no source")
