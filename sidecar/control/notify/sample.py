"""A sample to one destination, on request: does it arrive, and what does it answer?"""

import secrets
import time

from sidecar.control.notify.news import News
from sidecar.control.notify.outcome import Outcome
from sidecar.control.notify.sender import Deliver
from sidecar.settings.notify import Occasion, Route


async def sample(deliver: Deliver, route: Route) -> Outcome:
    """Once, at once, and beside the outbox: it says only that it is a test."""
    return await deliver(route, f"nt_test_{secrets.token_hex(8)}", News(Occasion.TEST, time.time()))
