"""Unix seconds as the record writes them."""

from datetime import UTC, datetime


def written_at(seconds: float) -> str:
    """RFC 3339 in UTC with microseconds: sorts as text."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")[: -len("+00:00")] + "Z"
