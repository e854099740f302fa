"""Logging in with a browser (RFC 8252): the provider sends the person back to a port of this machine.

Rules: PKCE (RFC 7636), a state and a nonce of our own each time; the port answers one request that carries the state,
and only on loopback.
"""

import base64
import hashlib
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

from sidecar.control.laptop.ask import discovered, metadata, post
from sidecar.control.laptop.kept import Login
from sidecar.control.laptop.said import NoToken, text
from sidecar.control.laptop.wallet import ends

WAIT = 300.0  # seconds for a person with a second factor
Show = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Offered:
    """A provider with which the control plane lets people log in."""

    name: str
    issuer: str
    client: str
    scopes: tuple[str, ...]


def offered(control: str, name: str | None) -> Offered:
    """The one of this name; without a name the only one."""
    ours = metadata(control).get("gatehouse")
    listed = ours.get("logins") if isinstance(ours, dict) else None
    found = [one for one in listed or () if isinstance(one, dict) and name in (None, one.get("name"))]
    if len(found) != 1:
        known = ", ".join(str(one.get("name")) for one in listed or ()) or "none"
        raise NoToken(f"Name a provider with --provider (known: {known}), or use --device.")
    scopes = found[0].get("scopes")
    return Offered(
        text(found[0], "name"),
        text(found[0], "issuer"),
        text(found[0], "client_id"),
        tuple(str(scope) for scope in scopes) if isinstance(scopes, list) else (),
    )


def log_in(provider: Offered, control: str, show: Show, wait: float = WAIT) -> Login:
    """`show`: gets the address that the person must open."""
    found = discovered(provider.issuer)
    verifier, state, nonce = (secrets.token_urlsafe(32) for _ in range(3))
    with _Listener(state, wait) as listener:
        asked = {
            "response_type": "code",
            "client_id": provider.client,
            "redirect_uri": listener.address,
            "scope": " ".join(("openid", *provider.scopes)),
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        address = text(found, "authorization_endpoint")
        show(f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}")
        code = listener.code(provider.issuer)
    endpoint = text(found, "token_endpoint")
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": listener.address}
    said = post(endpoint, {**form, "code_verifier": verifier, "client_id": provider.client})
    proof = text(said, "id_token")
    refresh, who = said.get("refresh_token"), _checked(proof, nonce)
    return Login(
        control=control,
        endpoint=endpoint,
        refresh=refresh if isinstance(refresh, str) else None,
        issuer=provider.issuer,
        client=provider.client,
        proof=proof,
        proof_expires=ends(proof),
        who=f"{provider.name}/{who}",
    )


def _checked(proof: str, nonce: str) -> str:
    """Whose it is. It came straight from the provider; the control plane verifies its signature."""
    try:
        claims = jwt.decode(proof, options={"verify_signature": False})
    except jwt.InvalidTokenError as error:
        raise NoToken("The provider's ID token cannot be read.") from error
    if claims.get("nonce") != nonce:
        raise NoToken("The provider's answer belongs to another login.")
    return str(claims.get("sub"))


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class _Listener:
    """The port that the browser comes back to."""

    def __init__(self, state: str, wait: float) -> None:
        self._answer: dict[str, str] = {}
        self._wait = wait
        self._server = _Server(("127.0.0.1", 0), _handler(state, self._answer))
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/callback"

    def __enter__(self) -> "_Listener":
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()

    def code(self, issuer: str) -> str:
        self._server.timeout = self._wait
        while not self._answer:
            self._server.handle_request()
            if self._server.late:
                raise NoToken("Nobody came back from the browser: start again, or use --device.")
        if "error" in self._answer:
            raise NoToken(f"The provider said: {self._answer.get('error_description') or self._answer['error']}")
        # RFC 9207: of several providers, the one that we asked.
        if self._answer.get("iss", issuer) != issuer:
            raise NoToken("Another provider answered than the one that was asked.")
        return self._answer.get("code", "")


class _Server(HTTPServer):
    address_family = socket.AF_INET
    late = False

    def handle_timeout(self) -> None:
        self.late = True


def _handler(state: str, answer: dict[str, str]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 5  # a connection that says nothing must not keep the browser out

        def do_GET(self) -> None:
            query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            ours = urlsplit(self.path).path == "/callback" and secrets.compare_digest(query.get("state", ""), state)
            if ours:
                answer.update(query)
            self._say(200 if ours else 404, _page(query) if ours else "Nothing is here.")

        def _say(self, status: int, sentence: str) -> None:
            body = f"<!doctype html><meta charset=utf-8><title>Gatehouse</title><p>{escape(sentence)}".encode()
            self.send_response(status)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.send_header("referrer-policy", "no-referrer")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the code stands in the address."""

    return Handler


def _page(query: Mapping[str, str]) -> str:
    return "This did not work; the terminal says why." if "error" in query else "Logged in. You can close this page."
