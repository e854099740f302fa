"""That a request went to a connection where plain HTTP is spoken."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plain:
    """`method`: of the request."""

    method: str
