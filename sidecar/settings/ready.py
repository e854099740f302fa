"""What must be there before anything starts, and is not: files that the settings name.

These are not mistakes in the configuration: it may be read on a machine that has none of them, to print an Envoy
bootstrap or to check policies.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from sidecar.core.errors import Mistake
from sidecar.settings.values import Settings

# The kernel gives the path of a Unix socket 108 bytes, with the closing zero; Envoy's own, beside this one, has a name
# that is longer by `onward_`.
MAX_SOCKET_PATH = 107 - len("onward_")


def unready(settings: Settings) -> tuple[Mistake, ...]:
    """One sentence for each thing that a start would stumble over."""
    file = str(settings.file or "the built-in settings")
    missing = (f"{setting}: {path} {why}" for setting, path in _files(settings) if path and (why := _unreadable(path)))
    return tuple(Mistake(file, 0, said) for said in (*missing, *_socket(settings)))


def _files(settings: Settings) -> Iterator[tuple[str, Path | None]]:
    tls = settings.listen.tls
    yield "listen.tls.certificate", tls.certificate if tls else None
    yield "listen.tls.key", tls.key if tls else None
    for provider in settings.providers:
        yield f"identity.providers ({provider.name}) jwks.file", provider.jwks.file
    if settings.workload is not None:
        yield "identity.workload.jwks.file", settings.workload.provider.jwks.file
        yield "identity.workload.token", settings.workload.token
    for source in settings.exchange.sources if settings.exchange else ():
        named = f"identity.exchange.from ({source.name})"
        yield f"{named} jwks.file", source.keys_file
        yield from ((f"{named} certificates", file) for file in source.certificates)
        yield f"{named} review.ca", source.review.ca if source.review else None
    yield "policies.bundle.ca", settings.bundle.ca if settings.bundle else None
    for upstream in settings.connections:
        oauth = upstream.credential.oauth if upstream.credential else None
        yield f"connections ({upstream.name}) credential.oauth.ca", oauth.ca if oauth else None
    yield "restore.key_file", settings.restore.key_file
    yield "mask.key_file", settings.mask_key_file
    yield "record.sealed.auditor_key", settings.record.auditor_key
    yield "record.password.file", settings.record.database.password_file
    yield "record.ca", settings.record.database.ca
    yield "envoy.upstream_ca", settings.envoy.upstream_ca
    yield "envoy.program", settings.envoy.program


def _unreadable(path: Path) -> str | None:
    if not path.exists():
        return "does not exist"
    if path.is_dir():
        return "is a folder, not a file"
    return None if os.access(path, os.R_OK) else "cannot be read by this user"


def _socket(settings: Settings) -> Iterator[str]:
    length = len(bytes(settings.envoy.socket))
    if length > MAX_SOCKET_PATH:
        yield (
            f"envoy.socket: {settings.envoy.socket} has {length} bytes, and this one may have {MAX_SOCKET_PATH}: "
            "name a shorter path"
        )
