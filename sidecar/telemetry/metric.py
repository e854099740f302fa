"""What one metric is: its kind, its name, and which values its labels may have."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class From(StrEnum):
    """Label values that are known only when the gate starts."""

    CONNECTIONS = "connections"
    DETECTORS = "detectors"
    DIGEST = "digest"


Values = frozenset[str] | From
COUNTER, GAUGE, HISTOGRAM = "counter", "gauge", "histogram"


@dataclass(frozen=True, slots=True)
class Metric:
    kind: str
    name: str
    help: str
    labels: Mapping[str, Values] = field(default_factory=lambda: MappingProxyType({}))
    buckets: tuple[float, ...] = ()
