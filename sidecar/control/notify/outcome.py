"""What came of one try."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """`said`: for a person, without secrets. `final`: the same message would be refused again. `wait`: seconds that the
    destination asked for before the next try."""

    delivered: bool
    said: str
    final: bool = False
    wait: float = 0.0
