import base64
import json

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from sidecar.control.tokens.refusal import TokenRefused
from sidecar.control.tokens.signed import LARGEST, LEEWAY, LONGEST, Expected, check, unproved, verified
from tests.unit.control.tokens.rig import NOW, OKTA, KnownKeys, Signer, claims

SIGNER, RSA, OTHER = Signer(), Signer("r1", "RS256"), Signer()
KEYS = KnownKeys(SIGNER, RSA)
EXPECTED = Expected("okta", (OKTA.issuer,), ("gatehouse",))


def b64(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned() -> str:
    return f"{b64({'alg': 'none', 'kid': 'k1'})}.{b64(claims())}."


def confused() -> str:
    """HMAC under the public key: the classic key confusion."""
    pem = RSA.key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hmac_signed(pem)


def hmac_signed(key: bytes) -> str:
    import hashlib
    import hmac

    text = f"{b64({'alg': 'HS256', 'kid': 'r1'})}.{b64(claims())}"
    mac = base64.urlsafe_b64encode(hmac.digest(key, text.encode(), hashlib.sha256)).rstrip(b"=").decode()
    return f"{text}.{mac}"


def swapped() -> str:
    head, _, tail = SIGNER.sign(claims()).split(".")
    return ".".join((head, b64(claims(sub="root")), tail))


def changed(part: int) -> str:
    parts = SIGNER.sign(claims()).split(".")
    parts[part] = parts[part][:-4] + ("AAAA" if not parts[part].endswith("AAAA") else "BBBB")
    return ".".join(parts)


FORGED = [
    ("unsigned", unsigned, "no signature"),
    ("unsigned in capitals", lambda: unsigned().replace(b64({"alg": "none", "kid": "k1"}), b64({"alg": "None"})), ""),
    ("key confusion", confused, "the public key as a shared secret"),
    ("another's key, same name", lambda: OTHER.sign(claims()), "kid proves nothing"),
    ("another's key, no name", lambda: jwt.encode(claims(), OTHER.key, "ES256"), "any key of the kind is tried"),
    ("the other key's name", lambda: SIGNER.sign(claims(), kid="r1"), "a kid of another kind of key"),
    ("an unknown name", lambda: SIGNER.sign(claims(), kid="k9"), ""),
    ("a key in the header", lambda: OTHER.sign(claims(), jwk=OTHER.public(), kid=None), "jwk is not looked at"),
    ("an address in the header", lambda: OTHER.sign(claims(), jku="https://evil.example/keys"), ""),
    ("swapped payload", swapped, ""),
    ("changed signature", lambda: changed(2), ""),
    ("no signature left", lambda: SIGNER.sign(claims()).rsplit(".", 1)[0] + ".", ""),
    ("a list", lambda: f"{b64({'alg': 'ES256'})}.{b64([1])}.AAAA", ""),
    ("critical extension", lambda: SIGNER.sign(claims(), crit=["b64"], b64=False), ""),
    ("not a token", lambda: "abc", ""),
    ("two parts", lambda: "a.b", ""),
    ("nothing", lambda: "..", ""),
    ("a logout token", lambda: SIGNER.sign(claims(), typ="logout+jwt"), "same keys, another meaning"),
    ("an event", lambda: SIGNER.sign(claims(), typ="secevent+jwt"), ""),
    ("an encrypted token", lambda: f"{b64({'alg': 'RSA-OAEP', 'enc': 'A128GCM'})}.a.b.c.d", ""),
    ("too large", lambda: "a" * (LARGEST + 1), ""),
]


@pytest.mark.parametrize(("name", "forge", "note"), FORGED, ids=[row[0] for row in FORGED])
async def test_forged(name: str, forge: object, note: str) -> None:
    with pytest.raises(TokenRefused):
        await verified(forge(), "okta", KEYS)  # type: ignore[operator]


@pytest.mark.parametrize("signer", [SIGNER, RSA], ids=["ES256", "RS256"])
@pytest.mark.parametrize("kind", [None, "JWT", "at+jwt"])
async def test_signed(signer: Signer, kind: str | None) -> None:
    assert await verified(signer.sign(claims(), typ=kind), "okta", KEYS) == claims()


async def test_a_provider_without_key_names() -> None:
    nameless = Signer(None)
    assert (await verified(nameless.sign(claims()), "okta", KnownKeys(OTHER, nameless)))["sub"] == "ada"


@pytest.mark.parametrize(
    ("said", "sentence", "note"),
    [
        ({"iss": "https://evil.example"}, "issuer", "another issuer"),
        ({"iss": OKTA.issuer + "/"}, "issuer", "nearly the issuer"),
        ({"iss": None}, "issuer", "no issuer"),
        ({"iss": [OKTA.issuer]}, "issuer", "a list of issuers"),
        ({"aud": "other"}, "another audience", "another audience"),
        ({"aud": None}, "another audience", "no audience"),
        ({"aud": "gatehouse-eu"}, "another audience", "nearly the audience"),
        ({"aud": {"gatehouse": 1}}, "another audience", "an object"),
        ({"exp": None}, "never expires", "no end"),
        ({"exp": "2099-01-01"}, "never expires", "a text"),
        ({"exp": float("inf")}, "never expires", "without end"),
        ({"exp": True}, "never expires", "yes"),
        ({"exp": NOW - LEEWAY}, "has expired", "over"),
        ({"exp": NOW - 300}, "has expired", "a clock five minutes behind"),
        ({"iat": NOW + LEEWAY + 1}, "from the future", "made tomorrow"),
        ({"iat": NOW + 300, "exp": NOW + 900}, "from the future", "a clock five minutes ahead"),
        ({"nbf": NOW + 300}, "from the future", "not yet"),
        ({"nbf": "now"}, "not numbers", "no time"),
        ({"iat": "now"}, "not numbers", "no time"),
        ({"exp": NOW + LONGEST + 1}, "more than a year", "a password"),
    ],
)
def test_claims_that_do_not_hold(said: dict[str, object], sentence: str, note: str) -> None:
    with pytest.raises(TokenRefused, match=sentence):
        check({k: v for k, v in claims(**said).items() if v is not None}, EXPECTED, NOW)


@pytest.mark.parametrize(
    ("said", "note"),
    [
        ({}, "as usual"),
        ({"aud": ["x", "gatehouse"]}, "one of several audiences"),
        ({"exp": NOW - LEEWAY + 1}, "a clock that is a little late"),
        ({"iat": NOW + LEEWAY, "nbf": NOW + LEEWAY}, "a clock that is a little early"),
        ({"iat": None}, "no beginning"),
        ({"exp": NOW + 0.5}, "half seconds"),
    ],
)
def test_claims_that_hold(said: dict[str, object], note: str) -> None:
    check({k: v for k, v in claims(**said).items() if v is not None}, EXPECTED, NOW)


def test_what_is_unproved_is_read_to_find_the_provider() -> None:
    said = unproved(OTHER.sign(claims(), typ="AT+JWT"))
    assert (said.issuer, said.key_id, said.algorithm, said.type) == (OKTA.issuer, "k1", "ES256", "at+jwt")
    assert unproved(OTHER.sign(claims(iss=None))).issuer == ""
