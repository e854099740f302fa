"""Unix seconds as the record writes them."""

from datetime import UTC, datetime
from functools import lru_cache


def written_at(seconds: float) -> str:
    """RFC 3339 in UTC with microseconds: sorts as text."""
    whole, micro = divmod(round(seconds * 1_000_000), 1_000_000)
    return f"{_second(whole)}.{micro:06d}Z"


@lru_cache(maxsize=16)
def _second(seconds: int) -> str:
    # Thousands of events fall into the same second, and a date costs ten times what the rest does.
    return datetime.fromtimestamp(seconds, UTC).isoformat().removesuffix("+00:00")
