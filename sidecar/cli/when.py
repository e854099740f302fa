"""A time as a person types it: a day, a moment, or how many days ago. All of them are UTC unless they say otherwise."""

import argparse
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

AGO = re.compile(r"(\d{1,4})d")


def moment(now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Callable[[str], datetime]:
    """For `type=` of an argument: `2026-03-01`, `2026-03-01T09:00`, `30d`."""

    def read(said: str) -> datetime:
        if ago := AGO.fullmatch(said):
            return now() - timedelta(days=int(ago[1]))
        try:
            found = datetime.fromisoformat(said)
        except ValueError:
            raise argparse.ArgumentTypeError(
                f"{said!r} is no time; write 2026-03-01, 2026-03-01T09:00 or 30d"
            ) from None
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)

    return read
