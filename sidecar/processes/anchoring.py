"""The anchors that the configuration names: to give checkpoints to, and to read them back from.

Rules: what cannot be asked is not passed over. A check that did not see an anchor says so, or does not begin.
"""

from collections.abc import Iterable

from sidecar.core.errors import ConfigurationError
from sidecar.core.evidence.anchored import Anchored
from sidecar.processes import control_secrets
from sidecar.record.anchor_control import ControlAnchor
from sidecar.record.anchor_s3 import BucketAnchor, named
from sidecar.record.anchors import Anchor, AnchoringFailed, FileAnchor, StreamAnchor
from sidecar.record.sources import anchored, file_anchor
from sidecar.settings.environment import environment
from sidecar.settings.values import AnchorPlace, Settings


def anchors(settings: Settings, *, own_store: bool = True) -> list[Anchor]:
    """Raises `ConfigurationError` where one can never work here. `own_store`: the control plane's store is elsewhere,
    which it is not for the control plane itself."""
    return [_anchor(place, settings) for place in settings.record.anchors if own_store or place.control is None]


def kept(settings: Settings, chains: Iterable[str] | None = None, *, offline: bool = False) -> list[Anchored]:
    """What those keep that can be read back; a log collector's lines are somewhere else. `chains`: no others."""
    found = (_kept(place, settings, chains) for place in settings.record.anchors if not offline or place.file)
    return [one for one in found if one is not None]


def asked_elsewhere(settings: Settings) -> list[str]:
    """Those that are asked over the network."""
    return [name for place in settings.record.anchors if (name := far_name(place))]


def far_name(place: AnchorPlace) -> str | None:
    """How the record names one that is asked over the network; it takes nothing that has to be there."""
    if place.control is not None:
        return ControlAnchor(place.control, str).name
    return named(place.bucket) if place.bucket is not None else None


def far(place: AnchorPlace, settings: Settings) -> ControlAnchor | BucketAnchor | None:
    """If it is asked over the network."""
    if place.control is not None:
        return ControlAnchor(place.control, lambda: _link_key(settings))
    if place.bucket is not None:
        return BucketAnchor(place.bucket)
    return None


def _anchor(place: AnchorPlace, settings: Settings) -> Anchor:
    if place.file is not None:
        return FileAnchor(place.file)
    return far(place, settings) or StreamAnchor()


def _kept(place: AnchorPlace, settings: Settings, chains: Iterable[str] | None) -> Anchored | None:
    if place.file is not None:
        return file_anchor(place.file, FileAnchor(place.file).name)
    elsewhere = far(place, settings)
    if elsewhere is None:
        return None
    try:
        return anchored(elsewhere.name, elsewhere.lines(chains), torn=False, named=True)
    except AnchoringFailed as failed:
        said = f"the anchor cannot be read ({failed}); --offline checks without those that are asked over the network"
        raise ConfigurationError.single(elsewhere.name, said) from failed


def _link_key(settings: Settings) -> str:
    return control_secrets.read(settings.control_plane.link.key, "control.link.key", environment())
