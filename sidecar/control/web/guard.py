"""Who asks, and whether they may: before any route runs.

Strategy: the route that would answer is looked up first, then what it needs (`places.py`), then who asks: the session
cookie, or a bearer token (one of ours, this machine's key, a data plane's key). A token beats a cookie.

Rules:
- An agent runs with a gate token of the person it works for, who may be a reviewer. So a gate token opens next to
  nothing here (`FOR_GATE_TOKENS`): people's acts take a token of their own login, which agents are never given.
- A person's roles follow from their groups at this moment. Before anything is changed, groups older than `FRESH` are
  asked of the provider again (`renewing.py`): who was taken out of a group decides nothing any more, though the page is
  still open. A token says itself of when its groups are.
- Someone whose token or name is blocked is nobody here.
"""

from dataclasses import dataclass, field
from hmac import compare_digest

from starlette.requests import Request
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sidecar.control.person import Person
from sidecar.control.tokens.own import Bearer
from sidecar.control.tokens.refusal import TokenRefused
from sidecar.control.web.answers import refused
from sidecar.control.web.origin import SAFE, foreign
from sidecar.control.web.parts import OWNER, Parts
from sidecar.control.web.places import Needs, may, needed, opens_to_gate_tokens
from sidecar.control.web.relying import ProviderAway
from sidecar.control.web.renewing import FRESH, Renewing
from sidecar.control.web.session import LOCAL, Session
from sidecar.core.errors import GatehouseError
from sidecar.core.model.block import Target
from sidecar.core.model.caller import Caller

# Blocks that also close the console; `all` must not, or nobody could lift it.
CLOSING = (Target.TOKEN, Target.SUBJECT)
FOR_AGENTS = (
    "This token is for calls through the gate, not for what people do. Log in with `gatehouse login` and use "
    "`gatehouse approvals` or `gatehouse sessions kill`, or do it in the console."
)
UNRENEWED = (
    "Your groups were looked up more than a minute ago, and changing something needs them of now. Do it in the "
    "console, or log in with `gatehouse login` in a browser: a login by code only reads."
)


class Refusal(GatehouseError):  # noqa: N818  (an outcome)
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True, slots=True)
class Who:
    """Nobody, a person, or a machine."""

    person: Person | None = None
    session: Session | None = None
    key: Needs | None = field(default=None)
    bearer: Bearer | None = None


def cookie_name(parts: Parts) -> str:
    """`__Host-`: no neighbour can set it (RFC 6265bis, 4.1.3.2); browsers take it over TLS only."""
    return "__Host-gatehouse" if parts.tls else "gatehouse"


class Guard:
    def __init__(self, app: ASGIApp, parts: Parts, routes: list[BaseRoute]) -> None:
        self._app = app
        self._parts = parts
        self._routes = routes
        self._sessions = parts.sessions
        self._renewing = Renewing(parts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            who = await self._let_in(request)
        except Refusal as refusal:
            answer = refused(request, refusal.status, refusal.code, refusal.message)
            await answer(scope, receive, send)
            return
        request.state.person = who.person
        request.state.session = who.session
        request.state.renewing = self._renewing
        if who.person and "text/html" in request.headers.get("accept", ""):
            request.state.pending = await self._parts.tickets.pending()
        await self._app(scope, receive, send)

    async def _let_in(self, request: Request) -> Who:
        path = self._path(request.scope)
        if path is None:
            return await self._who(request)  # the router answers that there is nothing here
        needs = needed(request.method, path)
        if needs is None:
            raise Refusal(403, "not_placed", "Nobody has said who may come here.")
        who = await self._who(request)
        if foreign(request.method, request.headers, self._parts.url, who.session is not None):
            raise Refusal(403, "foreign", "This request was made by another site's page, and is not done.")
        if who.bearer and not who.bearer.acts and not opens_to_gate_tokens(request.method, path):
            raise Refusal(403, "gate_token", FOR_AGENTS)
        if needs is Needs.ANYONE:
            return who
        return await self._allowed(request, who, needs)

    async def _allowed(self, request: Request, who: Who, needs: Needs) -> Who:
        request.state.person = who.person
        if needs in (Needs.GATE, Needs.LOCAL):
            if who.key is not needs:
                raise Refusal(403 if who.key or who.person else 401, "key_needed", "This takes another key.")
            return who
        if who.person is None:
            raise Refusal(401, "sign_in", "Sign in first.")
        if request.method not in SAFE:
            who = await self._fit_for_a_change(who)
        elif who.session:
            self._renewing.soon(who.session)
        if who.person is None or not may(who.person, needs):
            raise Refusal(403, "role_needed", f"This takes the role {needs.value}, which your groups do not give you.")
        return who

    async def _fit_for_a_change(self, who: Who) -> Who:
        if who.session:
            return await self._fresh(who.session)
        bearer = who.bearer
        if bearer and bearer.provider != LOCAL and self._parts.clock() - bearer.groups_at >= FRESH:
            raise Refusal(401, "log_in_again", UNRENEWED)
        return who

    def _path(self, scope: Scope) -> str | None:
        for route in self._routes:
            if isinstance(route, Route) and route.matches(scope)[0] is Match.FULL:
                return route.path
        return None

    async def _who(self, request: Request) -> Who:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme:
            return await self._bearer(token.strip()) if scheme.lower() == "bearer" else Who()
        cookie = request.cookies.get(cookie_name(self._parts))
        session = await self._sessions.find(cookie) if cookie else None
        return await self._of_session(session) if session else Who()

    async def _bearer(self, token: str) -> Who:
        for key, who in (
            (self._parts.local_key, Who(OWNER, key=Needs.LOCAL)),
            (self._parts.link_key, Who(key=Needs.GATE)),
        ):
            if key and compare_digest(token.encode("utf-8", "replace"), key.encode()):
                return who
        if self._parts.bearers is None:
            return Who()
        try:
            bearer = await self._parts.bearers.caller(token)
        except TokenRefused as reason:
            raise Refusal(401, "token", reason.sentence) from reason
        caller = bearer.caller
        if await self._closed_to(caller):
            raise Refusal(401, "blocked", "This token has been called back.")
        return Who(self._parts.person(caller.subject, bearer.provider, frozenset(caller.groups)), bearer=bearer)

    async def _of_session(self, session: Session) -> Who:
        if session.provider != LOCAL and await self._closed_to(Caller(session.subject, session.provider)):
            raise Refusal(403, "blocked", "An admin has blocked you.")
        return Who(self._parts.person(session.subject, session.provider, session.groups), session)

    async def _closed_to(self, caller: Caller) -> bool:
        return any(block.target in CLOSING and block.stops(caller, "") for block in await self._parts.blocks.all())

    async def _fresh(self, session: Session) -> Who:
        try:
            now = await self._renewing.fresh(session)
        except ProviderAway as away:
            message = "Your groups cannot be looked up now, so nothing was changed. Try again in a moment."
            raise Refusal(503, "provider_away", message) from away
        if now is None:
            raise Refusal(401, "sign_in_again", "Sign in again: your groups have to be looked up anew.")
        return await self._of_session(now)
