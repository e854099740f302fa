"""Which of the things that a client sent is the token that Envoy verified."""

import jwt
import pytest

from sidecar.core.model.caller import Caller
from sidecar.core.model.http import Headers
from sidecar.extproc.own_token import own_token

ADA = Caller("ada", "company")
PAYLOAD = {"sub": "ada", "iat": 1_700_000_000, "exp": 1_700_000_600, "groups": ["a", "b"], "x": {"n": 1, "y": None}}
# As it comes from Envoy: numbers are floats, lists are tuples.
VERIFIED = {**PAYLOAD, "iat": 1.7e9, "exp": 1.7000006e9, "groups": ("a", "b"), "x": {"n": 1.0, "y": None}}


def token(**changed: object) -> str:
    return jwt.encode({**PAYLOAD, **changed}, "k" * 32, "HS256")


OWN, OTHER = token(), token(sub="root")
BEARER, KEY, POD = "x-gatehouse-own-authorization", "x-gatehouse-own-key", "x-gatehouse-own-workload"


@pytest.mark.parametrize(
    ("note", "headers", "expected"),
    [
        ("in the usual place", ((BEARER, f"Bearer {OWN}"),), OWN),
        ("as a key", ((KEY, OWN),), OWN),
        ("a pod's", ((POD, OWN),), OWN),
        ("beside another's", ((BEARER, f"Bearer {OTHER}"), (KEY, OWN)), OWN),
        ("another's", ((BEARER, f"Bearer {OTHER}"), (KEY, "sk-none")), None),
        ("none", (), None),
        ("only what the client named so itself", (("authorization", f"Bearer {OWN}"),), None),
        ("no token at all", ((BEARER, "Bearer a.b.c"), (KEY, "."), (POD, "a.%%%.c")), None),
        ("deep", ((BEARER, "Bearer a." + "W1tb" * 20_000 + ".c"),), None),
    ],
)
def test_table(note: str, headers: Headers, expected: str | None) -> None:
    assert own_token(headers, {"company": VERIFIED, "other": {"sub": "root"}}, ADA) == expected


def test_nobody_has_none() -> None:
    assert own_token(((KEY, OWN),), {"company": VERIFIED}, None) is None
    assert own_token(((KEY, OWN),), {}, ADA) is None
