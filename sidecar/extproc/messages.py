"""What is said on an ext_proc stream, as values of our own.

Rules: nothing here knows protobuf or gRPC, so that any transport can carry it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sidecar.core.model.http import Headers

Claims = Mapping[str, object]  # by provider: the payload of each token that Envoy verified


# --- Envoy says ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RequestHeaders:
    """`headers` hold the pseudo headers too. `duplex`: Envoy streams both bodies both ways, as our bootstrap asks.
    `heads_alone`: it sends neither, which it does for a request that leaves HTTP."""

    headers: Headers
    end: bool
    claims: Claims = field(default_factory=dict)
    duplex: bool = True
    heads_alone: bool = False


@dataclass(frozen=True, slots=True)
class RequestBody:
    data: bytes
    end: bool


@dataclass(frozen=True, slots=True)
class RequestTrailers:
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResponseHeaders:
    headers: Headers
    end: bool


@dataclass(frozen=True, slots=True)
class ResponseBody:
    data: bytes
    end: bool


@dataclass(frozen=True, slots=True)
class ResponseTrailers:
    names: tuple[str, ...]


Inbound = RequestHeaders | RequestBody | RequestTrailers | ResponseHeaders | ResponseBody | ResponseTrailers


# --- we say -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mutation:
    """`set` replaces what was there; a name that occurs twice in it is set once and then added to."""

    remove: tuple[str, ...] = ()
    set: Headers = field(default=(), repr=False)  # upstream credentials pass through here


@dataclass(frozen=True, slots=True)
class PassRequest:
    """Let the head of the request go, and choose its route anew."""

    mutation: Mutation


@dataclass(frozen=True, slots=True)
class SendRequest:
    data: bytes
    end: bool


@dataclass(frozen=True, slots=True)
class EndRequest:
    """The request ended with trailers; these are taken out of it."""

    remove: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PassResponse:
    """Let the head of the answer go."""

    mutation: Mutation


@dataclass(frozen=True, slots=True)
class SendResponse:
    data: bytes
    end: bool


@dataclass(frozen=True, slots=True)
class EndResponse:
    """The answer ended with trailers; these are taken out of it."""

    remove: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Immediate:
    """Answer the client at once; no upstream sees the request."""

    status: int
    headers: Headers
    body: bytes


Outbound = PassRequest | SendRequest | EndRequest | PassResponse | SendResponse | EndResponse | Immediate
