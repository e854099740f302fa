"""The gate proves who it is with a key instead of a secret (`private_key_jwt`: RFC 7523, 2.2; OpenID Connect, 9)."""

from collections.abc import Mapping
from types import MappingProxyType

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from sidecar.credentials.oauth.grant import NoToken
from sidecar.credentials.secret import Secret
from sidecar.settings.oauth import OAuth

# It is used once, at once; clocks differ by less.
LASTS = 60.0
CURVES: Mapping[str, str] = MappingProxyType({"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"})


def signed(oauth: OAuth, key: Secret, now: float, number: str) -> str:
    """`now`: Unix seconds. `number`: nobody ever used it before."""
    claims = {"iss": oauth.client_id, "sub": oauth.client_id, "aud": oauth.token_url, "jti": number}
    times = {"iat": int(now), "exp": int(now + LASTS)}
    try:
        private = load_pem_private_key(key.reveal().encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _unusable() from None
    header = {"kid": oauth.key_id} if oauth.key_id else None
    if isinstance(private, rsa.RSAPrivateKey):
        return jwt.encode(claims | times, private, "RS256", header)
    if isinstance(private, ec.EllipticCurvePrivateKey) and private.curve.name in CURVES:
        return jwt.encode(claims | times, private, CURVES[private.curve.name], header)
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return jwt.encode(claims | times, private, "EdDSA", header)
    raise _unusable()


def _unusable() -> NoToken:
    why = "client_key holds no private key that can be used: RSA, EC or Ed25519 in PEM, without a password"
    return NoToken(why, lasting=True, outcome="refused")
