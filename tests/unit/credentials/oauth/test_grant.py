"""What is asked of a token endpoint, and what its answers mean."""

import base64
import json
from pathlib import Path

import pytest

from sidecar.credentials.oauth.grant import LONGEST, USUALLY_LASTS, NoToken, read_grant, request
from sidecar.credentials.secret import Secret
from sidecar.settings.oauth import ClientAuth, OAuth, SubjectType

URL = "https://id.example.com/token"
SECRET = Secret("s:e c%ret")


def test_the_client_shows_itself_in_a_header() -> None:
    form, headers = request(OAuth(URL, "the gate", "S", None), SECRET, None)
    assert form == {"grant_type": "client_credentials"}
    ((name, value),) = headers
    assert name == "authorization"
    assert base64.b64decode(value.removeprefix("Basic ")) == b"the+gate:s%3Ae+c%25ret"


def test_or_in_the_form_with_all_its_wishes() -> None:
    oauth = OAuth(URL, "g", None, Path("s"), ClientAuth.POST, ("a", "b"), "tickets", "https://t")
    form, headers = request(oauth, SECRET, None)
    assert headers == ()
    assert form == {
        "grant_type": "client_credentials",
        "scope": "a b",
        "audience": "tickets",
        "resource": "https://t",
        "client_id": "g",
        "client_secret": "s:e c%ret",
    }


def test_an_exchange_shows_the_callers_token() -> None:
    form, _ = request(OAuth(URL, "g", "S", None, exchange=SubjectType.JWT), SECRET, Secret("a.b.c"))
    assert form == {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": "a.b.c",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
    }


GOOD = {"access_token": "t0ken", "token_type": "Bearer"}


@pytest.mark.parametrize(
    ("more", "lasts"),
    [
        ({"expires_in": 60}, 60.0),
        ({"expires_in": "60"}, 60.0),
        ({"token_type": "bEARER", "expires_in": 0.5}, 0.5),
        ({}, USUALLY_LASTS),
        ({"expires_in": None}, USUALLY_LASTS),
        ({"expires_in": True}, USUALLY_LASTS),
        ({"expires_in": "soon"}, USUALLY_LASTS),
        ({"expires_in": "nan"}, USUALLY_LASTS),
        ({"expires_in": -5}, 0.0),
        ({"expires_in": 10**400}, USUALLY_LASTS),
        ({"expires_in": 1e18}, LONGEST),
    ],
)
def test_a_token(more: dict[str, object], lasts: float) -> None:
    grant = read_grant(200, json.dumps(GOOD | more).encode())
    assert (grant.token.reveal(), grant.lasts) == ("t0ken", lasts)
    assert "t0ken" not in repr(grant)


LEAK = "the-secret-that-was-sent"


@pytest.mark.parametrize(
    ("status", "body", "outcome", "lasting", "said"),
    [
        (302, b"", "refused", True, "set token_url to the final address"),
        (401, {"error": "invalid_client"}, "refused", True, "invalid_client: check client_id, client_secret"),
        (400, {"error": "invalid_scope"}, "refused", True, "invalid_scope: check scopes"),
        (400, {"error": "invalid_target"}, "refused", True, "check audience and resource"),
        (400, {"error": LEAK, "error_description": LEAK}, "refused", True, "it answers 400"),
        (400, {"error": [LEAK]}, "refused", True, "it answers 400"),
        (403, LEAK.encode(), "refused", True, "it answers 403"),
        (429, {"error": "slow_down"}, "unreachable", False, "answers 429"),
        (503, b"<html>", "unreachable", False, "answers 503"),
        (200, b"<html>", "malformed", True, "holds no access_token"),
        (200, b"[" * 100_000, "malformed", True, "holds no access_token"),
        (200, GOOD | {"access_token": 5}, "malformed", True, "holds no access_token"),
        (200, GOOD | {"access_token": ""}, "malformed", True, "holds no access_token"),
        (200, GOOD | {"access_token": "a\r\nx-evil: 1"}, "malformed", True, "holds no access_token"),
        (200, GOOD | {"access_token": "a" * 20_000}, "malformed", True, "holds no access_token"),
        (200, GOOD | {"token_type": "DPoP"}, "malformed", True, "type Bearer"),
        (200, {"access_token": LEAK}, "malformed", True, "type Bearer"),
    ],
)
def test_no_token(status: int, body: object, outcome: str, lasting: bool, said: str) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(NoToken) as caught:
        read_grant(status, raw)
    assert said in str(caught.value)
    assert (caught.value.outcome, caught.value.lasting) == (outcome, lasting)
    assert LEAK not in str(caught.value)
