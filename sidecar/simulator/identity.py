"""A development identity provider: a key in the state folder that signs tokens for this machine.

Strategy: the private key is made once and kept; beside it lies its public half as a JWKS file, for Envoy to verify
with. The algorithm is ES256, which Envoy's `jwt_authn` and every JOSE library know.

Rules: anyone who can read the state folder can be anyone. So it works only where nobody but this machine can come in,
and `refuse_beyond_loopback` is asked before a key is made or a token signed.
"""

import json
import os
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sidecar.core.errors import ConfigurationError
from sidecar.settings.loopback import is_loopback
from sidecar.settings.values import Claims, Jwks, Provider, Settings

NAME = "development"
ISSUER = "https://development.gatehouse.invalid"  # .invalid: no server can ever answer for this name (RFC 2606)
AUDIENCE = "gatehouse"
ALGORITHM = "ES256"
KEY_FILE = "development-identity.key"
JWKS_FILE = "development-identity.jwks.json"
LONGEST = 7 * 24 * 3600.0  # seconds; a token cannot be called back, so even a development one should end


def refuse_beyond_loopback(address: str) -> None:
    """Raise unless only this machine can reach a listener on this address."""
    if not is_loopback(address):
        raise ConfigurationError.single(
            "development identity",
            f"works only when the gate listens on loopback, and it listens on {address}: "
            "listen on 127.0.0.1, or name a real provider under identity.providers",
        )


@dataclass(frozen=True, slots=True)
class DevelopmentIdentity:
    """The key, and what Envoy needs to know of it."""

    key: ec.EllipticCurvePrivateKey
    jwks_file: Path

    @property
    def key_id(self) -> str:
        """The same for the same key, so that Envoy's cached keys and new tokens agree."""
        digest = jwt.utils.base64url_encode(_digest(self.key))
        return digest.decode()[:16]

    def jwks(self) -> dict[str, object]:
        public = jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": self.key_id, "alg": ALGORITHM, "use": "sig"}]}

    def provider(self) -> Provider:
        """This provider as settings would name it."""
        return Provider(NAME, ISSUER, (AUDIENCE,), Jwks(url=None, file=self.jwks_file), Claims("sub", "groups"))

    def mint(
        self,
        subject: str,
        groups: Sequence[str] = (),
        ttl: float = 12 * 3600.0,
        *,
        audience: str = AUDIENCE,
        issuer: str = ISSUER,
        now: float | None = None,
    ) -> str:
        """A signed token. `audience`, `issuer` and `now` are there to make tokens that a gate must refuse."""
        issued = time.time() if now is None else now
        claims = {
            "iss": issuer,
            "sub": subject,
            "aud": audience,
            "groups": list(groups),
            "iat": int(issued),
            "exp": int(issued + ttl),
            "jti": secrets.token_hex(8),
        }
        return jwt.encode(claims, self.key, ALGORITHM, {"kid": self.key_id})

    def verify(self, token: str) -> dict[str, object]:
        """The claims of a token that this key signed, expired or not; `jwt.InvalidTokenError` for any other."""
        wanted: dict[str, bool] = {"verify_exp": False}
        return dict(jwt.decode(token, self.key.public_key(), [ALGORITHM], wanted, audience=AUDIENCE, issuer=ISSUER))  # type: ignore[arg-type]


def prepare(folder: Path, address: str) -> DevelopmentIdentity:
    """The identity of this state folder, made if it is not there; its JWKS file is written anew."""
    refuse_beyond_loopback(address)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        identity = DevelopmentIdentity(_key(folder / KEY_FILE), folder / JWKS_FILE)
        _replace(identity.jwks_file, json.dumps(identity.jwks(), indent=2).encode() + b"\n")
    except OSError as error:
        raise ConfigurationError.single(
            str(folder), f"the development identity cannot be kept there: {error.strerror}"
        ) from error
    return identity


def prepared_for(settings: Settings) -> DevelopmentIdentity:
    """The same, where the settings say; only when they switch it on."""
    if not settings.development.identity:
        raise ConfigurationError.single(
            str(settings.file or "the built-in settings"),
            "development.identity is not on: tokens come from the providers under identity.providers",
        )
    return prepare(settings.state, settings.listen.address)


def _digest(key: ec.EllipticCurvePrivateKey) -> bytes:
    numbers = key.public_key().public_numbers()
    return numbers.x.to_bytes(32, "big")


def _key(path: Path) -> ec.EllipticCurvePrivateKey:
    """The key in the file, or a fresh one put there. A link settles which of two starters was first."""
    if not path.exists():
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        _write(fresh, _pem(ec.generate_private_key(ec.SECP256R1())))
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise ConfigurationError.single(str(path), "is not a private key: delete it to get a new one") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ConfigurationError.single(str(path), "is not a P-256 key: delete it to get a new one")
    return key


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)


def _replace(path: Path, data: bytes) -> None:
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    _write(fresh, data)
    fresh.replace(path)
