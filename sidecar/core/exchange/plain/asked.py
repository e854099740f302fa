"""That a request went to a connection where plain HTTP is spoken."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Handshake:
    """It asks for a WebSocket. `key`: what the server has to answer to; `lasts`: how many seconds it may be open."""

    key: str
    lasts: float


@dataclass(frozen=True, slots=True)
class Plain:
    """`method`: of the request. `url`: of the connection; `prefix`: what stands before its paths at the gate."""

    method: str
    url: str = ""
    prefix: str = ""
    handshake: Handshake | None = None
