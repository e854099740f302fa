from dataclasses import replace

import pytest

from sidecar.control.tokens.proven import Proven
from sidecar.control.tokens.refusal import TokenRefused
from sidecar.control.tokens.tokens import Tokens
from sidecar.settings.tokens import CONTROL_AUDIENCE
from tests.unit.control.tokens.rig import NOW, Clock, Signer, claims

ADA = Proven("okta", "ada", ("eng",), NOW + 600)


async def issued(made: Tokens) -> str:
    return (await made.exchange._parts.issuer.issue(ADA, "gatehouse-eu")).token


async def test_our_own(made: Tokens) -> None:
    bearer = await made.own.caller(await issued(made))
    caller = bearer.caller
    assert (caller.subject, caller.provider, caller.groups, bearer.provider) == ("ada", "gatehouse", ("eng",), "okta")
    assert not bearer.acts
    assert (caller.issued, bool(caller.token)) == (NOW, True)


async def test_one_for_peoples_acts(made: Tokens) -> None:
    proven = replace(ADA, logged_in=NOW - 5)
    token = (await made.exchange._parts.issuer.issue(proven, CONTROL_AUDIENCE)).token
    bearer = await made.own.caller(token)
    assert (bearer.acts, bearer.groups_at, bearer.caller.subject) == (True, NOW - 5, "ada")


async def test_both_audiences_at_once_are_for_no_acts(made: Tokens) -> None:
    key = await made.keys.signing()
    claims = {"iss": "https://gate.example.com", "sub": "ada", "idp": "okta", "jti": "x", "exp": NOW + 60, "iat": NOW}
    token = key.sign({**claims, "aud": ["gatehouse", CONTROL_AUDIENCE], "groups_at": NOW})
    assert not (await made.own.caller(token)).acts


async def test_what_is_not_ours(made: Tokens, signer: Signer, clock: Clock) -> None:
    ours = {"iss": "https://gate.example.com", "idp": "okta", "jti": "x"}
    for token in (signer.sign(claims()), signer.sign(claims(**ours)), "abc"):
        with pytest.raises(TokenRefused):
            await made.own.caller(token)
    late = await issued(made)
    clock.time += 1000
    with pytest.raises(TokenRefused, match="expired"):
        await made.own.caller(late)


async def test_one_that_says_too_little(made: Tokens) -> None:
    key = await made.keys.signing()
    token = key.sign({"iss": "https://gate.example.com", "aud": "gatehouse", "sub": "ada", "exp": NOW + 60})
    with pytest.raises(TokenRefused, match="whose it is"):
        await made.own.caller(token)
