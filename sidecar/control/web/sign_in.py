"""Signing in and out: by the company's provider, or by a link that works once.

Rules:
- Where to go afterwards is a path of ours, never an address of somebody else's.
- Signing in and out is in the trail; what cannot be recorded does not happen.
"""

import base64
import binascii
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sidecar.control.tokens.refusal import TokenRefused
from sidecar.control.web.guard import cookie_name
from sidecar.control.web.page import render
from sidecar.control.web.parts import OWNER, Parts
from sidecar.control.web.relying import SignInFailed
from sidecar.control.web.session import LASTS, LOCAL, Session

BEGUN_LASTS = 600


class SignIn:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._sessions = parts.sessions
        self._begun = "__Host-gatehouse-begun" if parts.tls else "gatehouse-begun"

    def routes(self) -> list[Route]:
        return [
            Route("/sign-in", self.page, methods=["GET"]),
            Route("/sign-in/begin", self.begin, methods=["GET"]),
            Route("/sign-in/back", self.back, methods=["GET"]),
            Route("/sign-out", self.out, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        after = local_path(request.query_params.get("next"))
        once = request.query_params.get("once")
        if once and request.method == "GET":  # a HEAD is a machine that looks whether the link is alive
            if await self._sessions.spend(once):
                return await self._in(await self._sessions.begin(OWNER.subject, LOCAL), after, "link")
            return self._say(request, "This link was used already, or is older than ten minutes.", after, 403)
        return self._say(request, None, after)

    async def begin(self, request: Request) -> Response:
        if self._parts.relying is None:
            return self._say(request, "No provider is configured to sign in with.", "/", 404)
        after = local_path(request.query_params.get("next"))
        try:
            address, secret = await self._parts.relying.begin()
        except SignInFailed as reason:
            return self._say(request, str(reason), after, 503)
        answer = RedirectResponse(address, 303)
        carried = f"{secret}.{base64.urlsafe_b64encode(after.encode()).decode()}"
        self._set(answer, self._begun, carried, BEGUN_LASTS)
        return answer

    async def back(self, request: Request) -> Response:
        secret, _, coded = request.cookies.get(self._begun, "").partition(".")
        after = _decoded(coded)
        if self._parts.relying is None or not secret:
            return self._say(request, "This browser did not begin a sign-in here. Begin again.", after, 403)
        try:
            person = await self._parts.relying.end(request.query_params, secret)
        except SignInFailed as reason:
            return self._say(request, str(reason), after, 403)
        except TokenRefused as reason:
            return self._say(request, reason.sentence, after, 403)
        session = await self._sessions.begin(person.subject, self._parts.relying.name, person.groups, person.renewal)
        answer = await self._in(session, after, "oidc")
        answer.delete_cookie(self._begun, path="/", secure=self._parts.tls, httponly=True)
        return answer

    async def out(self, request: Request) -> Response:
        session: Session | None = request.state.session
        if session is not None:
            await self._sessions.end(session)
            await self._parts.trail.record("signed_out", {"subject": session.subject, "provider": session.provider})
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(cookie_name(self._parts), path="/", secure=self._parts.tls, httponly=True)
        return answer

    async def _in(self, session: Session, after: str, how: str) -> Response:
        fact = {"subject": session.subject, "provider": session.provider, "groups": sorted(session.groups), "how": how}
        await self._parts.trail.record("signed_in", fact)
        answer = RedirectResponse(after, 303)
        self._set(answer, cookie_name(self._parts), session.cookie, int(LASTS))
        return answer

    def _set(self, answer: Response, name: str, value: str, lasts: int) -> None:
        # Lax: a link to a card in a chat opens it signed in; what changes something is looked at by its origin.
        answer.set_cookie(name, value, lasts, path="/", secure=self._parts.tls, httponly=True, samesite="lax")

    def _say(self, request: Request, said: str | None, after: str, status: int = 200) -> Response:
        relying = self._parts.relying
        name = relying.name if relying else None
        return render(request, "sign_in.html", status, said=said, after=after, provider=name)


def local_path(said: str | None) -> str:
    """A path of ours, or the beginning. Browsers take `\\` for `/`, and `//host` for another host."""
    if not said or not said.startswith("/") or said[1:2] in ("/", "\\") or not said.isprintable():
        return "/"
    parts = urlsplit(said)
    return "/" if parts.scheme or parts.netloc else said


def _decoded(coded: str) -> str:
    try:
        return local_path(base64.urlsafe_b64decode(coded.encode()).decode())
    except (binascii.Error, ValueError):
        return "/"
