"""Bundles to and from where they lie, as the command line names it."""

import argparse
import asyncio
from pathlib import Path

from sidecar.core.errors import ConfigurationError
from sidecar.rulebook.bundle.fetch import Access, fetched, pushed
from sidecar.rulebook.bundle.manifest import Manifest
from sidecar.settings.bundle import FilePlace, Place, RegistryPlace, place_of
from sidecar.settings.environment import environment
from sidecar.settings.loopback import is_loopback


def fetch(place: str, arguments: argparse.Namespace) -> bytes:
    """`BundleAway` where nothing can be had."""
    found = asyncio.run(fetched(_place(place, arguments), _access(arguments), None))
    if found is None:
        raise RuntimeError("nothing was known before, so something has to come")
    return found.raw


def push(raw: bytes, manifest: Manifest, to: str, arguments: argparse.Namespace) -> str:
    """The digest by which the registry knows it."""
    place = _place(to, arguments)
    if not isinstance(place, RegistryPlace) or ":" in place.reference:
        raise ConfigurationError.single(to, "expected oci://HOST/REPOSITORY:TAG")
    return asyncio.run(pushed(raw, manifest, place, _access(arguments)))


def _place(text: str, arguments: argparse.Namespace) -> Place:
    try:
        place = place_of(text, Path())
    except ValueError as error:
        raise ConfigurationError.single(text, str(error)) from error
    if not isinstance(place, FilePlace) and place.plain and not is_loopback(place.host) and arguments.credential_env:
        said = "a credential over plain http can be read by whoever is on the way: use https:// or oci://"
        raise ConfigurationError.single(text, said)
    return place


def _access(arguments: argparse.Namespace) -> Access:
    name = arguments.credential_env
    if name is None:
        if arguments.user:
            raise ConfigurationError.single("--user", "needs --credential-env: the variable that holds the password")
        return Access(arguments.ca)
    secret = environment().get(name)
    if not secret:
        raise ConfigurationError.single("--credential-env", f"{name} is not set")
    return Access(arguments.ca, arguments.user, lambda: secret)
