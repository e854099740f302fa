"""What Envoy says, in the order in which it may say it, as events of an exchange.

Rules: anything out of order is `Garbled`, and the stream fails; nothing is guessed. An answer may come first: Envoy's
own, to a request that its earlier filters refused. Envoy shows neither body of a request that leaves HTTP, and no other
may do so.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sidecar.core.exchange import events as e
from sidecar.core.exchange.commands import Forward
from sidecar.core.model.http import Headers, first
from sidecar.extproc import messages as m
from sidecar.extproc.heads import forwarded, request_head, require, response_head
from sidecar.extproc.identity import ClaimNames, caller
from sidecar.extproc.own_token import own_token
from sidecar.extproc.phase import Phase


class Garbled(Exception):  # noqa: N818  (named for what happened)
    """Envoy said something that is not ext_proc, or not what our bootstrap makes it say."""


def expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Garbled(otherwise)


class Half:
    """How far one direction of the exchange has come. `trailers` are their names, if it ended with any."""

    __slots__ = ("bodiless", "ended", "headers", "trailers")

    def __init__(self) -> None:
        self.headers: Headers = ()
        self.bodiless = False
        self.ended = False
        self.trailers: tuple[str, ...] | None = None

    @property
    def started(self) -> bool:
        return bool(self.headers)

    def begin(self, headers: Headers, end: bool) -> None:
        expect(not self.started and bool(headers), "headers twice, or none")
        self.headers = headers
        self.ended = self.bodiless = end

    def go_on(self, end: bool) -> None:
        expect(self.started and not self.ended, "a body out of turn")
        self.ended = end

    def finish(self, names: tuple[str, ...]) -> None:
        expect(self.started and not self.ended, "trailers out of turn")
        self.ended = True
        self.trailers = names


class Intake:
    """Both directions of one exchange."""

    def __init__(self, providers: Mapping[str, ClaimNames]) -> None:
        self._providers = providers
        self.request = Half()
        self.answer = Half()
        self.token: str | None = None  # the caller's own, if a connection exchanges those
        self.upgrade = ""  # what the request leaves HTTP for: then neither body is shown

    def forwarded(self, command: Forward, credentials: Headers, secret: str) -> m.Mutation:
        """The head of the request as the upstream gets it."""
        return forwarded(command, self.request.headers, credentials, secret, upgrade=bool(self.upgrade))

    def begins(self) -> Phase:
        """How far things are when the head of the answer leaves. A request that asked to leave HTTP gets no answer but
        that it may: the body of any other would pass unread."""
        left = first(self.answer.headers, ":status") == "101"
        require(left == bool(self.upgrade), "HTTP is left by those who asked for it, and by no others")
        if left:
            return Phase.TUNNEL
        return Phase.OVER if self.answer.bodiless else Phase.ANSWERING

    def event(self, said: m.Inbound, at: float) -> e.Event:
        """What this message means for the exchange."""
        return MEANING[type(said)](self, said, at)

    def request_headers(self, said: m.RequestHeaders, at: float) -> e.Event:
        self.upgrade = (first(said.headers, "upgrade") or "").lower() if said.heads_alone else ""
        expect(said.duplex or bool(self.upgrade), "Envoy does not stream both bodies both ways")
        # What follows the head of an upgrade has no end, and it is shown to nobody.
        self.request.begin(said.headers, said.end or bool(self.upgrade))
        who = caller(said.claims, said.headers, self._providers)
        self.token = own_token(said.headers, said.claims, who)
        return e.RequestStarted(request_head(said.headers), who, at, self.request.ended, self.upgrade)

    def request_body(self, said: m.RequestBody, at: float) -> e.Event:
        self.request.go_on(said.end)
        return e.RequestChunk(said.data, at, said.end)

    def request_trailers(self, said: m.RequestTrailers, at: float) -> e.Event:
        self.request.finish(said.names)
        return e.RequestChunk(b"", at, True)

    def response_headers(self, said: m.ResponseHeaders, at: float) -> e.Event:
        self.answer.begin(said.headers, said.end)
        return e.ResponseStarted(response_head(said.headers), at, said.end)

    def response_body(self, said: m.ResponseBody, at: float) -> e.Event:
        self.answer.go_on(said.end)
        return e.ResponseChunk(said.data, at, said.end)

    def response_trailers(self, said: m.ResponseTrailers, at: float) -> e.Event:
        self.answer.finish(said.names)
        return e.ResponseChunk(b"", at, True)


MEANING: Mapping[type, Callable[[Intake, Any, float], e.Event]] = {
    m.RequestHeaders: Intake.request_headers,
    m.RequestBody: Intake.request_body,
    m.RequestTrailers: Intake.request_trailers,
    m.ResponseHeaders: Intake.response_headers,
    m.ResponseBody: Intake.response_body,
    m.ResponseTrailers: Intake.response_trailers,
}
