"""A bundle's bytes from where they lie: a file, an address, or a registry.

Rules:
- What is there still is not fetched again: a file's identity, an ETag or a digest tells (the mark).
- A whole visit has its time, however slowly something drips.
"""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sidecar.rulebook.bundle.archive import LARGEST
from sidecar.rulebook.bundle.challenge import Credential
from sidecar.rulebook.bundle.manifest import Manifest
from sidecar.rulebook.bundle.trouble import BundleAway
from sidecar.settings.bundle import FilePlace, Place, RegistryPlace, WebPlace

WITHIN = 20.0  # seconds; the archive is small, and the next visit comes by itself
NEEDS = "needs the package {}: pip install 'gatehouse[bundles]', or name a file"


@dataclass(frozen=True, slots=True)
class Fetched:
    """`mark`: what to show next time; nothing where there is none."""

    raw: bytes
    mark: str | None


@dataclass(frozen=True, slots=True)
class Access:
    """`secret` is read for each visit, as it may be replaced; it raises `BundleAway` where it is not there."""

    ca: Path | None = None
    user: str | None = None
    secret: Callable[[], str] | None = None


async def fetched(place: Place, access: Access, known: str | None, within: float = WITHIN) -> Fetched | None:
    """Nothing where it is the known one still; `BundleAway` where nothing can be had."""
    try:
        async with asyncio.timeout(within):
            match place:
                case FilePlace(path):
                    return await asyncio.to_thread(_of_file, path, known)
                case WebPlace():
                    return await _of_web(place, access, known)
                case RegistryPlace():
                    return await _of_registry(place, access, known)
    except TimeoutError as error:
        raise BundleAway(f"{place} did not come within {within:.0f} s") from error
    except ModuleNotFoundError as error:
        raise BundleAway(NEEDS.format(error.name)) from error


async def pushed(raw: bytes, manifest: Manifest, place: RegistryPlace, access: Access, within: float = WITHIN) -> str:
    """The digest by which the registry knows it from now on."""
    try:
        async with asyncio.timeout(within):
            return await _to_registry(raw, manifest, place, access)
    except TimeoutError as error:
        raise BundleAway(f"{place} did not take it within {within:.0f} s") from error
    except ModuleNotFoundError as error:
        raise BundleAway(NEEDS.format(error.name)) from error


def _of_file(path: Path, known: str | None) -> Fetched | None:
    try:
        with path.open("rb") as file:
            seen = os.fstat(file.fileno())
            mark = f"{seen.st_dev}:{seen.st_ino}:{seen.st_size}:{seen.st_mtime_ns}:{seen.st_ctime_ns}"
            return None if mark == known else Fetched(file.read(LARGEST + 1), mark)
    except OSError as error:
        raise BundleAway(f"{path} cannot be read: {error.strerror}") from error


async def _of_web(place: WebPlace, access: Access, known: str | None) -> Fetched | None:
    from sidecar.rulebook.bundle.web import Web, refusal  # noqa: PLC0415  (httpx costs a tenth of a second)

    headers = {"authorization": credential.header} if (credential := _credential(access)) else {}
    if known is not None:
        headers["if-none-match"] = known
    async with Web(access.ca) as web:
        answer = await web.ask("GET", place.url, headers, largest=LARGEST)
    if answer.status == 304 and known is not None:
        return None
    if answer.status != 200:
        raise refusal(str(place), answer.status)
    return Fetched(answer.body, answer.headers.get("etag"))


async def _of_registry(place: RegistryPlace, access: Access, known: str | None) -> Fetched | None:
    from sidecar.rulebook.bundle.registry import Registry  # noqa: PLC0415  (httpx costs a tenth of a second)
    from sidecar.rulebook.bundle.web import Web  # noqa: PLC0415

    async with Web(access.ca) as web:
        found = await Registry(web, place, _credential(access)).pulled(known)
    return Fetched(*found) if found else None


async def _to_registry(raw: bytes, manifest: Manifest, place: RegistryPlace, access: Access) -> str:
    from sidecar.rulebook.bundle.registry import Registry  # noqa: PLC0415  (httpx costs a tenth of a second)
    from sidecar.rulebook.bundle.web import Web  # noqa: PLC0415

    async with Web(access.ca) as web:
        return await Registry(web, place, _credential(access), "pull,push").push(raw, manifest)


def _credential(access: Access) -> Credential | None:
    return Credential(access.user, access.secret()) if access.secret else None
