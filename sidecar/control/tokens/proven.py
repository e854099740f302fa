"""What a proof proved: the value that every way in ends with."""

from dataclasses import dataclass

# Of a login by code: nobody can ask the provider again for its groups, so they are good for reading, not for acting.
UNRENEWED = 0.0


@dataclass(frozen=True, slots=True)
class Proven:
    """`token`: the proof's own id, where it has one, and `issued`, when it was made: a caller whose tokens were called
    back cannot come in with an old one. `once`: it may be shown only once, and is remembered until `expires`.
    `logged_in`: of a person's own login, the moment that the groups are of; other proofs are of whatever runs."""

    source: str
    subject: str
    groups: tuple[str, ...]
    expires: float
    issued: float | None = None
    token: str | None = None
    once: bool = False
    logged_in: float | None = None
    until: float | None = None  # the session that it speaks for ends then, and so does what we give out for it
