"""Whether a bundle that is what it says may also be taken: the right one, not an older one, not too old, not too new.

Rules:
- Versions only rise. A signature stays good for ever, so whoever holds the place where bundles lie could put an old one
  there and bring back a hole that was closed.
- The name is that of the bundle taken before, unless the settings name it: two bundles under one key are not the same.
"""

from dataclasses import dataclass

from sidecar.rulebook.bundle.bundle import Bundle
from sidecar.rulebook.bundle.manifest import moment, older
from sidecar.rulebook.bundle.trouble import BundleRefused


@dataclass(frozen=True, slots=True)
class Terms:
    """What the settings say. `gatehouse`: the version of this program."""

    gatehouse: str
    name: str | None = None
    at_least: int = 1
    allow_rollback: bool = False


def refuse_unusable(bundle: Bundle, terms: Terms, now: float) -> None:
    """What stands against it whatever came before."""
    manifest = bundle.manifest
    if terms.name is not None and manifest.name != terms.name:
        raise BundleRefused(f"is named {manifest.name!r}, and the settings want {terms.name!r}")
    if manifest.version < terms.at_least:
        raise BundleRefused(f"has version {manifest.version}, and the settings want {terms.at_least} at least")
    if older(terms.gatehouse, manifest.needs):
        raise BundleRefused(f"needs Gatehouse {manifest.needs}, and this is {terms.gatehouse}: upgrade the gate first")
    if manifest.not_after is not None and now >= manifest.not_after:
        raise BundleRefused(f"was good until {moment(manifest.not_after)}: publish one that is good for longer")


def refuse_older(bundle: Bundle, before: Bundle | None, terms: Terms) -> None:
    """What stands against it because of the one that was taken last."""
    if before is None or bundle.digest == before.digest:
        return
    new, old = bundle.manifest, before.manifest
    if new.name != old.name:
        if terms.name is None:
            said = f"is named {new.name!r}, and {old.title} is in force"
            raise BundleRefused(f"{said}: to change over, set policies.bundle.name: {new.name}")
        return
    if terms.allow_rollback:
        return
    if new.version < old.version:
        said = f"has version {new.version}, and {old.version} is in force"
        raise BundleRefused(f"{said}: to go back, publish the old files with a higher version")
    if new.version == old.version:
        raise BundleRefused(f"has version {new.version} like the one in force, and is not the same: raise the version")
