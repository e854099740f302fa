"""Who is calling."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """What a verified token proved. `claimed_*` came in headers: useful to sort by, proof of nothing. `token` is the
    token's own id (`jti`) and `issued` when it was made (`iat`), so that one can be called back. `workload`: the pod
    that the call came out of, where the cluster proved it."""

    subject: str
    provider: str
    groups: tuple[str, ...] = ()
    claimed_session: str | None = None
    claimed_agent: str | None = None
    token: str | None = None
    issued: float | None = None
    workload: str | None = None
