"""All detectors that are built in."""

from sidecar.core.detect.pii import contact, europe, money, papers, world
from sidecar.core.detect.secrets import assigned, building, cloud, keys, services, vendors
from sidecar.core.detect.steering import injection
from sidecar.core.model.detector import Detector

_FAMILIES = (cloud, building, services, vendors, keys, assigned, contact, money, papers, europe, world, injection)


def builtin() -> tuple[Detector, ...]:
    """Every built-in detector, by family."""
    return tuple(detector for family in _FAMILIES for detector in family.DETECTORS)
