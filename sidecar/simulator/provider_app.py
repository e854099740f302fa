"""The development provider as a web application: its endpoints, and the page that asks who you are."""

import base64
from collections.abc import Awaitable, Callable, Mapping
from html import escape
from urllib.parse import parse_qsl, unquote, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sidecar.simulator.provider import Provider, Refusal

Endpoint = Callable[[Request], Awaitable[Response]]
NO_STORE = {"cache-control": "no-store"}
# What the page hands on to itself.
CARRIED = (
    "client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
)  # fmt: skip


def provider_app(provider: Provider) -> Starlette:
    pages = _Pages(provider)
    table: tuple[tuple[str, str, Endpoint], ...] = (
        ("/.well-known/openid-configuration", "GET", pages.discovery),
        ("/jwks", "GET", pages.jwks),
        ("/authorize", "GET", pages.authorize),
        ("/authorize", "POST", pages.authorized),
        ("/token", "POST", pages.token),
        ("/userinfo", "GET", pages.userinfo),
        ("/device_authorization", "POST", pages.device),
        ("/device", "GET", pages.device_page),
        ("/device", "POST", pages.device_said),
    )
    return Starlette(routes=[Route(path, _told(endpoint), methods=[method]) for path, method, endpoint in table])


def _told(endpoint: Endpoint) -> Endpoint:
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refusal as refusal:
            if request.url.path in ("/authorize", "/device"):
                return _page("This does not work", f"<p>{escape(refusal.sentence)}</p>", 400)
            status = 401 if refusal.error in ("invalid_client", "invalid_token") else 400
            said = {"error": refusal.error, "error_description": refusal.sentence}
            return JSONResponse(said, status, NO_STORE)

    return answer


class _Pages:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    async def discovery(self, _: Request) -> Response:
        issuer = self._provider.issuer
        return JSONResponse(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "userinfo_endpoint": f"{issuer}/userinfo",
                "jwks_uri": f"{issuer}/jwks",
                "device_authorization_endpoint": f"{issuer}/device_authorization",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "code_challenge_methods_supported": ["S256"],
                "scopes_supported": ["openid", "email", "profile", "offline_access"],
            }
        )

    async def jwks(self, _: Request) -> Response:
        return JSONResponse(self._provider.jwks())

    async def authorize(self, request: Request) -> Response:
        asked = self._provider.asked(request.query_params)
        hidden = _hidden({name: request.query_params[name] for name in CARRIED if name in request.query_params})
        return _page("Who are you today?", self._picker(f"<p>for {escape(asked.client)}</p>", hidden, "/authorize"))

    async def authorized(self, request: Request) -> Response:
        form = await _form(request)
        asked = self._provider.asked(form)
        state = {"state": form["state"]} if "state" in form else {}
        if form.get("user"):
            said = {"code": self._provider.code(asked, self._provider.user(form["user"])), **state}
        else:
            said = {"error": "access_denied", **state}
        joint = "&" if "?" in asked.redirect else "?"
        return RedirectResponse(f"{asked.redirect}{joint}{urlencode(said)}", 303, NO_STORE)

    async def token(self, request: Request) -> Response:
        form = await _form(request)
        client, secret = _client(request, form)
        return JSONResponse(self._provider.token(form, client, secret), headers=NO_STORE)

    async def userinfo(self, request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        return JSONResponse(self._provider.about(token), headers=NO_STORE)

    async def device(self, request: Request) -> Response:
        form = await _form(request)
        return JSONResponse(self._provider.device(form.get("client_id", ""), form.get("scope", "")), headers=NO_STORE)

    async def device_page(self, request: Request) -> Response:
        code = escape(request.query_params.get("user_code", ""))
        field = f'<label>Code on the device <input name="user_code" value="{code}" required></label>'
        return _page("Log in on a device", self._picker("", field, "/device"))

    async def device_said(self, request: Request) -> Response:
        form = await _form(request)
        user = self._provider.user(form["user"]) if form.get("user") else None
        self._provider.decide(form.get("user_code", ""), user)
        return _page("Done", "<p>You can close this page.</p>")

    def _picker(self, above: str, fields: str, action: str) -> str:
        buttons = "".join(
            f'<button name="user" value="{escape(one.name)}" data-user="{escape(one.name)}">{escape(one.name)}'
            f"<small>{escape(', '.join(one.groups))}</small></button>"
            for one in self._provider.options.users
        )
        no = '<button name="user" value="" data-user="" formnovalidate>Nobody</button>'
        return f'{above}<form method="post" action="{action}">{fields}{buttons}{no}</form>'


def _hidden(fields: Mapping[str, str]) -> str:
    return "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in fields.items())


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))


def _client(request: Request, form: Mapping[str, str]) -> tuple[str, str | None]:
    """From the form, or from HTTP Basic (RFC 6749, 2.3.1)."""
    kind, _, encoded = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret")
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError as error:
        raise Refusal("invalid_client", "The client's credentials cannot be read.") from error
    return unquote(name), unquote(secret)


STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:24rem;margin:12vh auto;padding:0 1rem;color-scheme:light dark}
button{display:flex;justify-content:space-between;width:100%;margin:.4rem 0;padding:.7rem 1rem;font:inherit;
border:1px solid #8886;border-radius:.5rem;background:none;cursor:pointer}
small{opacity:.6}input{font:inherit;width:100%;padding:.5rem;box-sizing:border-box;margin-bottom:1rem}
"""


def _page(title: str, body: str, status: int = 200) -> Response:
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><h1>{escape(title)}</h1>{body}"
        "<p><small>A development provider: it asks for no password.</small></p></body></html>",
        status,
        NO_STORE,
    )
