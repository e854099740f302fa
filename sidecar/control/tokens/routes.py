"""The HTTP side of tokens: the token endpoint, the keys, devices, revocations.

Rules:
- The token endpoint, the device endpoint, logging out and the keys are open to anyone: what is shown there is the
  proof. The others expect `request.state.person`, whom the console's guard put there; without one they refuse.
- Errors have the shape of RFC 6749. Nothing here may be cached but the keys.
- Per address only so often; a form is small, and no parameter comes twice (RFC 6749, 3.2).
"""

import json
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sidecar.control.person import Person, Role
from sidecar.control.tokens.device_page import asked, code_in, entered
from sidecar.control.tokens.exchange import DEVICE, EXCHANGE, ISSUED_TYPE, REFRESH
from sidecar.control.tokens.issue import Issued
from sidecar.control.tokens.refusal import Error, TokenRefused
from sidecar.control.tokens.revoke import Revocation
from sidecar.control.tokens.tokens import Tokens
from sidecar.core.errors import RecordingFailed
from sidecar.settings.tokens import JWKS_PATH

Endpoint = Callable[[Request], Awaitable[Response]]
LARGEST = 512 * 1024  # bytes: an assertion with many attributes, in base64, percent-encoded
MOST_FIELDS = 20
NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}
# Shorter than a new key is published before it signs.
KEPT = {"cache-control": "public, max-age=300"}
REASON_MAX = 300


def routes(tokens: Tokens) -> list[Route]:
    """To be mounted at the top: these paths are what clients expect."""
    api = _Api(tokens)
    return [
        Route("/v1/token", _careful(api.token), methods=["POST"]),
        Route("/v1/device", _careful(api.device), methods=["POST"]),
        Route("/v1/logout", _careful(api.logout), methods=["POST"]),
        Route("/v1/revocations", _careful(api.revoke), methods=["POST"]),
        Route("/device", _careful(api.person_at_device), methods=["GET", "POST"]),
        Route(JWKS_PATH, _careful(api.jwks), methods=["GET"]),
        Route("/.well-known/openid-configuration", _careful(api.metadata), methods=["GET"]),
        Route("/.well-known/oauth-authorization-server", _careful(api.metadata), methods=["GET"]),
    ]


def _careful(endpoint: Endpoint) -> Endpoint:
    """What is refused on purpose, as an answer."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except TokenRefused as refused:
            return _error(refused)
        except RecordingFailed:
            return _error(
                TokenRefused("This cannot be recorded now, so it is not done.", Error.UNAVAILABLE, status=503)
            )

    return answer


def _error(refused: TokenRefused) -> Response:
    said = {"error": refused.error.value, "error_description": refused.sentence}
    more = {"retry-after": "5"} if refused.status in (429, 503) else {}
    return JSONResponse(said, refused.status, {**NO_STORE, **more})


class _Api:
    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def token(self, request: Request) -> Response:
        address = self._let_in(request)
        issued = await self._tokens.exchange.token(await _form(request), address)
        return JSONResponse(_granted(issued), headers=NO_STORE)

    async def device(self, request: Request) -> Response:
        self._let_in(request)
        started = await self._tokens.devices.start((await _form(request)).get("client_id", ""))
        page = f"{self._tokens.url}/device"
        said = {
            "device_code": started.code,
            "user_code": started.user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={started.user_code}",
            "expires_in": started.expires_in,
            "interval": started.interval,
        }
        return JSONResponse(said, headers=NO_STORE)

    async def logout(self, request: Request) -> Response:
        self._let_in(request)
        await self._tokens.logins.end((await _form(request)).get("token", ""))
        return JSONResponse({}, headers=NO_STORE)  # the same for a token that is not known (RFC 7009, 2.2)

    async def revoke(self, request: Request) -> Response:
        person = _person(request)
        if not person.may(Role.ADMIN):
            raise TokenRefused("Only an admin calls tokens back.", Error.ACCESS_DENIED, status=403)
        block = await self._tokens.revoker.revoke(await _revocation(request), person)
        return JSONResponse({"block": block.id, "target": block.target.value, "value": block.value}, headers=NO_STORE)

    async def person_at_device(self, request: Request) -> Response:
        """The page on which a person says yes or no to a device."""
        person = _person(request)
        self._let_in(request)
        if request.method == "GET":
            return await entered(request, self._tokens.devices, person)
        form = await _form(request)
        code, yes = code_in(form), form.get("answer") == "yes"
        return await asked(request, self._tokens.devices, person, code, yes)

    async def jwks(self, _: Request) -> Response:
        return JSONResponse(await self._tokens.keys.jwks(), headers=KEPT)

    async def metadata(self, _: Request) -> Response:
        """RFC 8414, and for our own command line what `gatehouse login` needs."""
        settings, url = self._tokens.settings, self._tokens.url
        logins = [
            {"name": one.name, "issuer": one.issuer, "client_id": one.login.client, "scopes": list(one.login.scopes)}
            for one in settings.sources
            if one.login
        ]
        said = {
            "issuer": settings.issuer,
            "jwks_uri": url + JWKS_PATH,
            "token_endpoint": f"{url}/v1/token",
            "device_authorization_endpoint": f"{url}/v1/device",
            "revocation_endpoint": f"{url}/v1/logout",
            "grant_types_supported": [EXCHANGE, REFRESH, DEVICE],
            "token_endpoint_auth_methods_supported": ["none"],
            "response_types_supported": ["none"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [settings.key.value],
            "gatehouse": {"audiences": list(settings.audiences), "logins": logins},
        }
        return JSONResponse(said, headers=KEPT)

    def _let_in(self, request: Request) -> str:
        address = request.client.host if request.client else "unknown"
        if not self._tokens.limiter.allows(address):
            raise TokenRefused("Too many requests from this address: wait a little.", Error.SLOW_DOWN, status=429)
        return address


def _granted(issued: Issued) -> dict[str, object]:
    said: dict[str, object] = {
        "access_token": issued.token,
        "issued_token_type": ISSUED_TYPE,
        "token_type": "Bearer",
        "expires_in": issued.expires_in,
    }
    return {**said, "refresh_token": issued.refresh} if issued.refresh else said


def _person(request: Request) -> Person:
    person = getattr(request.state, "person", None)
    if not isinstance(person, Person):
        raise TokenRefused("Sign in first.", Error.ACCESS_DENIED, status=401)
    return person


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise TokenRefused("This is too much for a request of this kind.", status=413)
    return body


async def _form(request: Request) -> dict[str, str]:
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise TokenRefused("Send the parameters as application/x-www-form-urlencoded.")
    try:
        pairs = parse_qsl((await _body(request)).decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise TokenRefused("The parameters cannot be read.") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise TokenRefused("A parameter stands there twice.")
    return form


async def _revocation(request: Request) -> Revocation:
    try:
        said = json.loads(await _body(request))
    except ValueError as error:
        raise TokenRefused("Send a JSON object with one of id, subject and session.") from error
    known = {"id", "subject", "session", "reason"}
    if not isinstance(said, dict) or not said.keys() <= known or not all(isinstance(v, str) for v in said.values()):
        raise TokenRefused("Send a JSON object with one of id, subject and session, and perhaps a reason.")
    reason = {"reason": said["reason"][:REASON_MAX]} if said.get("reason") else {}
    return Revocation(said.get("id"), said.get("subject"), said.get("session"), **reason)
