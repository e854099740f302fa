"""The credentials of all connections: what an upstream wants to see in a request's headers.

Rules:
- A missing credential refuses the call with 500 `api_error` and `x-should-retry: false`. It is the gate's fault, not
  the caller's, so a 4xx would send people looking at their own token (an SDK shows 401 and 403 as a failed login);
  and it stays wrong until someone sets it, so the SDK must not try again ten times before it shows the sentence.
  Tried with the Agent SDK 0.2.186 and the Python SDK 2.11: one request, and the sentence is what the user sees.
- The sentence names the connection and the place that is empty, never a value.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from sidecar.core.errors import Code, Refused
from sidecar.core.model.http import Headers
from sidecar.credentials.source import FromEnvironment, FromFile, Missing
from sidecar.settings.environment import environment
from sidecar.settings.values import CredentialSource, Upstream

FINAL: Mapping[str, str] = MappingProxyType({"x-should-retry": "false"})


def _uncounted(_: str) -> None:
    """Nobody counts."""


class Vault:
    """`on_missing` is told the connection's name each time its credential was wanted and not there; `on_changed` when
    another one than before stands in its file."""

    def __init__(
        self,
        upstreams: Iterable[Upstream],
        environ: Mapping[str, str] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        on_missing: Callable[[str], None] = _uncounted,
        on_changed: Callable[[str], None] = _uncounted,
    ) -> None:
        surroundings = environment() if environ is None else environ
        self._slots = {
            upstream.name: _Slot(upstream.name, upstream.credential, surroundings, clock, on_changed)
            if upstream.credential
            else None
            for upstream in upstreams
        }
        self._on_missing = on_missing

    def headers_for(self, connection: str) -> Headers:
        """What to set on a request to this connection; nothing if it wants no credential."""
        slot = self._slots[connection]
        if slot is None:
            return ()
        try:
            return slot.headers()
        except Missing as missing:
            self._on_missing(connection)
            raise Refused(500, Code.API, slot.sentence(missing), headers=FINAL) from missing

    def missing(self) -> tuple[str, ...]:
        """A sentence for each connection whose credential is not there, to be said at start-up."""
        return tuple(said for slot in self._slots.values() if slot and (said := slot.complaint()))


class _Slot:
    """One connection's credential."""

    def __init__(
        self,
        connection: str,
        wanted: CredentialSource,
        environ: Mapping[str, str],
        clock: Callable[[], float],
        on_changed: Callable[[str], None],
    ) -> None:
        self._connection = connection
        self._header = wanted.header
        self._prefix = wanted.prefix
        if wanted.env is not None:
            self._source: FromEnvironment | FromFile = FromEnvironment(wanted.env, environ)
        elif wanted.file is not None:
            self._source = FromFile(wanted.file, clock, lambda: on_changed(connection))
        else:
            raise ValueError(f"the credential of connection {connection!r} has no source")

    def headers(self) -> Headers:
        return ((self._header, self._prefix + self._source.read().reveal()),)

    def sentence(self, missing: Missing) -> str:
        return f"No credential for connection '{self._connection}': {missing}; {self._source.advice}."

    def complaint(self) -> str | None:
        try:
            self._source.read()
        except Missing as missing:
            return self.sentence(missing)
        return None
