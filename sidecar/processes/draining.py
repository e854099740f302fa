"""Envoy's way down in a pod: told to drain, and waited for.

Rule: at least `SETTLING` passes, as callers learn only then that the pod is gone; a call that comes meanwhile is still
answered. An Envoy that does not answer any more has nothing open.
"""

import time
from collections.abc import Callable

from sidecar.processes.envoy_admin import EnvoyAdmin

# From the moment that a pod is marked as ending until every node has taken it out of the Service.
SETTLING = 5.0
EVERY = 0.25


def drained(
    admin: EnvoyAdmin,
    within: float,
    *,
    settling: float = SETTLING,
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> bool:
    """Whether every call was finished within that time."""
    admin.drain()
    began = clock()
    while (passed := clock() - began) < max(within, settling):
        if passed >= settling and admin.open_calls() == 0:
            return True
        wait(EVERY)
    return admin.open_calls() == 0
