"""Who is calling."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """What a verified token proved. `claimed_*` came in headers: useful to sort by, proof of nothing."""

    subject: str
    provider: str
    groups: tuple[str, ...] = ()
    claimed_session: str | None = None
    claimed_agent: str | None = None
