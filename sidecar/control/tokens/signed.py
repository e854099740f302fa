"""A signed JSON Web Token of a provider: its signature, and the claims that every one has.

Strategy: what the token says of itself unproved serves to find the provider and the key, and is then read again from
what the signature covers.

Rules:
- The key's algorithms decide; `none` and shared secrets fit no key. `crit`, `jku`, `x5u`, `jwk` in a header bring
  nothing in: the first is refused, the others are not looked at.
- Clocks may differ by a minute. A token made in the future, or one that holds for years, is a mistake of someone.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import jwt

from sidecar.control.tokens.keyset import PublicKey
from sidecar.control.tokens.refusal import TokenRefused
from sidecar.core.model.claims import texts

LEEWAY = 60.0  # seconds
# A provider's tokens hold for minutes to a day; service accounts of old clusters for a year.
LONGEST = 366 * 24 * 3600.0
# 200 group ids and the rest of a big company's token are 12 KiB.
LARGEST = 64 * 1024
# Of JSON Web Tokens that vouch for a caller. Logout and event tokens are signed with the same keys.
TYPES = frozenset({None, "jwt", "at+jwt", "application/at+jwt", "id_token+jwt"})


class Keys(Protocol):
    """Published by a provider, or read from a file in a test."""

    async def fitting(self, key_id: str | None, algorithm: str) -> Sequence[PublicKey]: ...


@dataclass(frozen=True, slots=True)
class Unproved:
    """What a token says, before anybody vouched for it."""

    algorithm: str
    key_id: str | None
    issuer: str
    type: str | None


def unproved(token: str) -> Unproved:
    if len(token) > LARGEST:
        raise TokenRefused("The subject_token is too large to be a token.")
    try:
        decoded = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise TokenRefused("The subject_token is not a JSON Web Token.") from error
    header, claims = decoded["header"], decoded["payload"]
    kind, key_id, issuer = header.get("typ"), header.get("kid"), claims.get("iss")
    if "crit" in header:
        raise TokenRefused("The subject_token demands an extension that is not known here.")
    return Unproved(
        algorithm=str(header.get("alg")),
        key_id=key_id if isinstance(key_id, str) else None,
        issuer=issuer if isinstance(issuer, str) else "",
        type=kind.lower() if isinstance(kind, str) else None,
    )


async def verified(token: str, source: str, keys: Keys) -> dict[str, object]:
    """The claims that one of the provider's keys signed."""
    said = unproved(token)
    if said.type not in TYPES:
        raise TokenRefused(f"A token of type {said.type!r} vouches for nobody.", source=source)
    for key in await keys.fitting(said.key_id, said.algorithm):
        try:
            payload = jwt.PyJWS().decode(token, key.key, algorithms=[said.algorithm])
        except (jwt.PyJWTError, ValueError):
            continue
        claims = json.loads(payload)
        if isinstance(claims, dict):
            return claims
    raise TokenRefused(f"The token was not signed by {source}.", source=source)


@dataclass(frozen=True, slots=True)
class Expected:
    """What must stand in the claims."""

    source: str
    issuers: tuple[str, ...]
    audiences: tuple[str, ...]


def check(claims: Mapping[str, object], expected: Expected, now: float) -> None:
    """Issuer, audience and times, or a refusal that names the one that is wrong."""

    def refuse(sentence: str) -> TokenRefused:
        return TokenRefused(sentence, source=expected.source)

    if claims.get("iss") not in expected.issuers:
        raise refuse(f"The token is not of {expected.source}'s issuer.")
    if not set(texts(claims.get("aud"))) & set(expected.audiences):
        raise refuse(f"The token is meant for another audience than {', '.join(expected.audiences)}.")
    expires, issued = moment(claims, "exp"), moment(claims, "iat")
    if expires is None:
        raise refuse("The token never expires; one that does is needed.")
    if expires + LEEWAY <= now:
        raise refuse("The token has expired: get a fresh one, and check this machine's clock.")
    begins = moment(claims, "nbf")
    if (begins is not None and begins - LEEWAY > now) or (issued is not None and issued - LEEWAY > now):
        raise refuse("The token is from the future: the clocks of its issuer and of this server differ.")
    if any(name in claims and moment(claims, name) is None for name in ("nbf", "iat")):
        raise refuse("The token's times are not numbers.")
    if expires - (issued if issued is not None else now) > LONGEST:
        raise refuse("The token holds for more than a year; one that is made for this call is needed.")


def moment(claims: Mapping[str, object], name: str) -> float | None:
    value = claims.get(name)
    # Beyond 2**53 a number of seconds is a mistake, and `inf` would never expire.
    usable = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 2**53
    return float(value) if usable else None  # type: ignore[arg-type]
