"""A development OpenID provider: sign-in without passwords, for trying out and for tests.

Strategy: a real provider in everything but proof: discovery, authorization code with PKCE, device flow, refresh,
userinfo, keys. Instead of a password there is a page that asks who you are today.

Rules:
- Loopback only: it listens there, and it sends people back only there. Anyone who reaches it can be anyone.
- PKCE with S256 for every client (RFC 7636); a code works once, for ten minutes; so does a device's.
"""

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from sidecar.settings.loopback import is_loopback

LASTS = 600.0
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


@dataclass(frozen=True, slots=True)
class User:
    """Somebody one can be."""

    name: str
    groups: tuple[str, ...]

    @property
    def email(self) -> str:
        return f"{self.name}@example.com"


USERS = (
    User("ada", ("engineering",)),
    User("grace", ("engineering", "sre", "reviewers")),
    User("alan", ("engineering", "reviewers")),
    User("olga", ("auditors",)),
    User("root", ("admins",)),
)


@dataclass(frozen=True, slots=True)
class Options:
    """`clients`: who may ask, with the secret if there is one; none named: anyone, without a secret. `lifetime`: of ID
    and access tokens, in seconds."""

    users: Sequence[User] = USERS
    clients: Mapping[str, str | None] = field(default_factory=dict)
    lifetime: float = 900.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asked for; a code stands for it."""

    client: str
    redirect: str
    challenge: str
    nonce: str | None
    scope: str
    expires: float


@dataclass(slots=True)
class Device:
    client: str
    scope: str
    user_code: str
    expires: float
    user: User | None = None
    denied: bool = False


class Refusal(Exception):  # noqa: N818  (an outcome)
    """An error of OAuth, with its code."""

    def __init__(self, error: str, sentence: str) -> None:
        super().__init__(sentence)
        self.error = error
        self.sentence = sentence


class Provider:
    """Everything that the provider knows; the pages around it are in `provider_app`."""

    def __init__(self, issuer: str, options: Options, now: Callable[[], float]) -> None:
        self.issuer = issuer
        self.options = options
        self._now = now
        self._keys: list[tuple[str, ec.EllipticCurvePrivateKey]] = []
        self._codes: dict[str, tuple[Asked, User]] = {}
        self._refresh: dict[str, tuple[str, str, User]] = {}
        self._devices: dict[str, Device] = {}
        self.rotate()

    def rotate(self) -> None:
        """A new key signs from now on; the one before stays published."""
        self._keys = [*self._keys[-1:], (secrets.token_hex(6), ec.generate_private_key(ec.SECP256R1()))]

    def jwks(self) -> dict[str, object]:
        def public(name: str, key: ec.EllipticCurvePrivateKey) -> dict[str, object]:
            fields = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
            return {**fields, "kid": name, "alg": "ES256", "use": "sig"}

        return {"keys": [public(*one) for one in self._keys]}

    def user(self, name: str) -> User:
        found = next((one for one in self.options.users if one.name == name), None)
        if found is None:
            raise Refusal("access_denied", "There is nobody of this name.")
        return found

    def asked(self, query: Mapping[str, str]) -> Asked:
        """A request for a code, or why it is none."""
        client, redirect = query.get("client_id", ""), query.get("redirect_uri", "")
        if not self._knows(client):
            raise Refusal("unauthorized_client", "This client is not known here.")
        if not is_loopback(urlsplit(redirect).hostname or "") or urlsplit(redirect).scheme not in ("http", "https"):
            raise Refusal(
                "invalid_request", "The redirect_uri must be on this machine: this provider is for development."
            )
        if query.get("response_type") != "code" or "openid" not in query.get("scope", "").split():
            raise Refusal("invalid_request", "Only response_type=code with the scope openid is spoken here.")
        if query.get("code_challenge_method") != "S256" or len(query.get("code_challenge", "")) != 43:
            raise Refusal("invalid_request", "A code_challenge with the method S256 is needed (PKCE).")
        return Asked(client, redirect, query["code_challenge"], query.get("nonce"), query["scope"], self._now() + LASTS)

    def code(self, asked: Asked, user: User) -> str:
        code = secrets.token_urlsafe(24)
        self._codes[code] = (asked, user)
        return code

    def token(self, form: Mapping[str, str], client: str, secret: str | None) -> dict[str, object]:
        """The token endpoint."""
        if not self._knows(client) or self.options.clients.get(client) != secret:
            raise Refusal("invalid_client", "This client is not known here, or its secret is another.")
        grants: Mapping[str, Callable[[Mapping[str, str], str], dict[str, object]]] = {
            "authorization_code": self._by_code,
            "refresh_token": self._by_refresh,
            "urn:ietf:params:oauth:grant-type:device_code": self._by_device,
        }
        grant = grants.get(form.get("grant_type", ""))
        if grant is None:
            raise Refusal("unsupported_grant_type", "This grant is not spoken here.")
        return grant(form, client)

    def _by_code(self, form: Mapping[str, str], client: str) -> dict[str, object]:
        asked, user = self._codes.pop(form.get("code", ""), (None, None))
        if asked is None or user is None or asked.expires <= self._now() or asked.client != client:
            raise Refusal("invalid_grant", "The code is unknown, used or too old.")
        if asked.redirect != form.get("redirect_uri") or asked.challenge != challenge(form.get("code_verifier", "")):
            raise Refusal("invalid_grant", "The code was asked for by somebody else.")
        return self._tokens(client, asked.scope, user, asked.nonce)

    def _by_refresh(self, form: Mapping[str, str], client: str) -> dict[str, object]:
        owner, scope, user = self._refresh.pop(form.get("refresh_token", ""), (None, "", None))
        if owner != client or user is None:
            raise Refusal("invalid_grant", "The refresh token is unknown or used.")
        return self._tokens(client, scope, self.user(user.name), None)  # in the groups of now

    def _by_device(self, form: Mapping[str, str], client: str) -> dict[str, object]:
        device = self._devices.get(form.get("device_code", ""))
        if device is None or device.expires <= self._now() or device.client != client:
            raise Refusal("expired_token", "The code is unknown or too old.")
        if device.denied:
            raise Refusal("access_denied", "The person said no.")
        if device.user is None:
            raise Refusal("authorization_pending", "Nobody has said yes yet.")
        del self._devices[form["device_code"]]
        return self._tokens(client, device.scope, device.user, None)

    def device(self, client: str, scope: str) -> dict[str, object]:
        """A device begins to wait."""
        if not self._knows(client):
            raise Refusal("invalid_client", "This client is not known here.")
        code, letters = secrets.token_urlsafe(24), "".join(secrets.choice(LETTERS) for _ in range(8))
        self._devices[code] = Device(client, scope or "openid", letters, self._now() + LASTS)
        page = f"{self.issuer}/device"
        return {
            "device_code": code,
            "user_code": letters,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={letters}",
            "expires_in": int(LASTS),
            "interval": 1,
        }

    def decide(self, user_code: str, user: User | None) -> None:
        """The person's word for the device that shows this code; nobody is a no."""
        wanted = "".join(letter for letter in user_code.upper() if letter.isalnum())
        waiting = (one for one in self._devices.values() if one.user_code == wanted and one.expires > self._now())
        device = next((one for one in waiting if one.user is None and not one.denied), None)
        if device is None:
            raise Refusal("invalid_request", "No device waits under this code.")
        device.user, device.denied = user, user is None

    def about(self, access_token: str) -> dict[str, object]:
        """The userinfo endpoint."""
        keys = {name: key.public_key() for name, key in self._keys}
        try:
            key = keys[jwt.get_unverified_header(access_token)["kid"]]
            claims = jwt.decode(access_token, key, ["ES256"], audience=self.issuer, issuer=self.issuer)
        except (jwt.InvalidTokenError, KeyError) as error:
            raise Refusal("invalid_token", "The access token is not ours, or too old.") from error
        return {**_profile(self.user(str(claims["sub"])))}

    def id_token(self, client: str, user: User, **changed: object) -> str:
        """Signed by the key of now. `changed`: other claims, to make tokens that must be refused."""
        claims = {**self._claims(client), **_profile(user), "azp": client, "auth_time": int(self._now())}
        return self._signed({**claims, **changed})

    def _tokens(self, client: str, scope: str, user: User, nonce: str | None) -> dict[str, object]:
        extra = {"nonce": nonce} if nonce else {}
        access = {**self._claims(self.issuer), "sub": user.name, "scope": scope, "client_id": client}
        refresh = secrets.token_urlsafe(24)
        self._refresh[refresh] = (client, scope, user)
        return {
            "token_type": "Bearer",
            "expires_in": int(self.options.lifetime),
            "scope": scope,
            "id_token": self.id_token(client, user, **extra),
            "access_token": self._signed(access),
            "refresh_token": refresh,
        }

    def _claims(self, audience: str) -> dict[str, object]:
        now = self._now()
        times = {"iat": int(now), "exp": int(now + self.options.lifetime)}
        return {"iss": self.issuer, "aud": audience, "jti": secrets.token_hex(8), **times}

    def _signed(self, claims: Mapping[str, object]) -> str:
        name, key = self._keys[-1]
        return jwt.encode(dict(claims), key, "ES256", {"kid": name})

    def _knows(self, client: str) -> bool:
        return bool(client) and (not self.options.clients or client in self.options.clients)


def _profile(user: User) -> dict[str, object]:
    return {"sub": user.name, "name": user.name.title(), "email": user.email, "groups": list(user.groups)}


def challenge(verifier: str) -> str:
    """RFC 7636, 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
