from dataclasses import replace

import jwt
import pytest

from sidecar.control.store.store import Store
from sidecar.control.tokens.exchange import Exchange
from sidecar.control.tokens.issue import ACTS_LIFETIME, Issuer, digest
from sidecar.control.tokens.proven import Proven
from sidecar.control.tokens.refusal import Error, TokenRefused
from sidecar.control.tokens.tokens import Tokens
from sidecar.core.errors import RecordingFailed
from sidecar.settings.tokens import CONTROL_AUDIENCE
from tests.unit.control.tokens.rig import NOW, Clock, Noted

ADA = Proven("okta", "ada", ("eng",), NOW + 600)


def issuer(made: Tokens) -> Issuer:
    exchange: Exchange = made.exchange
    return exchange._parts.issuer


async def test_what_a_token_says(made: Tokens) -> None:
    issued = await issuer(made).issue(ADA, "gatehouse")
    said = jwt.decode(issued.token, options={"verify_signature": False})
    name = said.pop("jti")
    assert said == {
        "iss": "https://gate.example.com", "sub": "ada", "aud": "gatehouse", "groups": ["eng"], "idp": "okta",
        "iat": int(NOW), "exp": int(NOW) + 900,
    }  # fmt: skip
    assert (issued.id, issued.expires_in, len(name) >= 20) == (digest(name), 900, True)
    assert issued.token not in repr(issued)


async def test_only_the_hash_is_kept(made: Tokens, store: Store, trail: Noted) -> None:
    issued = await issuer(made).issue(ADA, "gatehouse")
    name = jwt.decode(issued.token, options={"verify_signature": False})["jti"]
    (row,) = await store.rows("SELECT * FROM issued_tokens")
    (fact,) = trail.of("token_issued")
    assert (row["id"], fact["token"]) == (issued.id, issued.id)
    assert name not in str(row) + str(fact)
    assert issued.token not in str(row) + str(fact)


async def test_what_cannot_be_recorded_is_not_given(made: Tokens, store: Store, trail: Noted) -> None:
    trail.full = True
    with pytest.raises(RecordingFailed):
        await issuer(made).issue(ADA, "gatehouse")
    assert await store.rows("SELECT * FROM issued_tokens") == []


async def test_a_session_that_ends_sooner(made: Tokens) -> None:
    issued = await issuer(made).issue(Proven("adfs", "ada", (), NOW + 60, until=NOW + 120), "gatehouse")
    assert issued.expires_in == 120


async def test_for_peoples_acts(made: Tokens, trail: Noted) -> None:
    issued = await issuer(made).issue(replace(ADA, logged_in=NOW - 20), CONTROL_AUDIENCE)
    said = jwt.decode(issued.token, options={"verify_signature": False})
    assert (said["aud"], said["groups_at"], issued.expires_in) == (CONTROL_AUDIENCE, NOW - 20, ACTS_LIFETIME)
    with pytest.raises(TokenRefused, match="gatehouse login") as caught:
        await issuer(made).issue(ADA, CONTROL_AUDIENCE)
    assert caught.value.error is Error.INVALID_TARGET
    assert len(trail.facts) == 1


async def test_old_ones_are_forgotten(made: Tokens, store: Store, clock: Clock) -> None:
    await issuer(made).issue(ADA, "gatehouse")
    clock.time += 1000
    await issuer(made).issue(ADA, "gatehouse")
    assert len(await store.rows("SELECT * FROM issued_tokens")) == 1


async def test_too_large_for_a_header(made: Tokens) -> None:
    many = tuple(f"group-{number:03}-{'x' * 60}" for number in range(190))
    with pytest.raises(TokenRefused, match="do not fit"):
        await issuer(made).issue(Proven("okta", "ada", many, NOW), "gatehouse")


def test_gates(made: Tokens) -> None:
    assert issuer(made).audience(None) == "gatehouse"
    assert issuer(made).audience("gatehouse-eu") == "gatehouse-eu"
    with pytest.raises(TokenRefused) as caught:
        issuer(made).audience("https://evil.example")
    assert caught.value.error is Error.INVALID_TARGET
