import asyncio
from dataclasses import replace
from pathlib import Path

import jwt
import pytest

from sidecar.control.desk.blocks import Blocks
from sidecar.control.person import Person
from sidecar.control.store.store import Store
from sidecar.control.tokens.exchange import DEVICE, EXCHANGE, REFRESH
from sidecar.control.tokens.issue import Issued
from sidecar.control.tokens.proofs import SAML2, TYPE
from sidecar.control.tokens.refusal import Error, TokenRefused
from sidecar.control.tokens.tokens import Tokens
from sidecar.core.errors import RecordingFailed
from sidecar.core.model.block import Target
from sidecar.settings.tokens import CONTROL_AUDIENCE, Login
from tests.unit.control.tokens.assertions import Provider, Shape, posted, source
from tests.unit.control.tokens.rig import NOW, OKTA, Clock, Noted, Signer, claims, put_together

ADDRESS = "192.0.2.1"


def form(signer: Signer, **changed: object) -> dict[str, str]:
    return {
        "grant_type": EXCHANGE,
        "subject_token": signer.sign(claims(**changed)),
        "subject_token_type": f"{TYPE}id_token",
    }


async def refused(made: Tokens, asked: dict[str, str]) -> TokenRefused:
    with pytest.raises(TokenRefused) as caught:
        await made.exchange.token(asked, ADDRESS)
    return caught.value


def said(issued: Issued) -> dict[str, object]:
    return jwt.decode(issued.token, options={"verify_signature": False})


@pytest.mark.parametrize("kind", ["id_token", "access_token", "jwt"])
async def test_exchanged(made: Tokens, signer: Signer, trail: Noted, kind: str) -> None:
    issued = await made.exchange.token({**form(signer), "subject_token_type": TYPE + kind}, ADDRESS)
    assert (said(issued)["sub"], said(issued)["idp"], issued.refresh) == ("ada", "okta", None)
    assert [kind for kind, _ in trail.facts] == ["token_issued"]


@pytest.mark.parametrize(
    ("changed", "error", "note"),
    [
        ({"grant_type": "password"}, Error.UNSUPPORTED_GRANT, "a grant that is not known"),
        ({"grant_type": ""}, Error.INVALID_REQUEST, "no grant"),
        ({"subject_token": ""}, Error.INVALID_REQUEST, "no token"),
        ({"subject_token": "abc"}, Error.INVALID_REQUEST, "no token, again"),
        ({"subject_token_type": ""}, Error.INVALID_REQUEST, "no type"),
        ({"subject_token_type": f"{TYPE}saml1"}, Error.INVALID_REQUEST, "a type that is not known"),
        ({"subject_token_type": SAML2}, Error.INVALID_REQUEST, "another type than it has"),
        ({"audience": "gatehouse-mars"}, Error.INVALID_TARGET, "a gate that is not there"),
        ({"actor_token": "abc"}, Error.INVALID_REQUEST, "for two"),
        ({"requested_token_type": f"{TYPE}refresh_token"}, Error.INVALID_REQUEST, "what is not given out"),
    ],
)
async def test_what_is_refused(
    made: Tokens, signer: Signer, trail: Noted, changed: dict[str, str], error: Error, note: str
) -> None:
    reason = await refused(made, {**form(signer), **changed})
    assert reason.error is error, note
    (fact,) = trail.of("token_refused")
    assert (fact["error"], fact["address"], fact["why"]) == (error.value, ADDRESS, reason.sentence)


async def test_a_refusal_names_the_provider_and_never_the_token(made: Tokens, signer: Signer, trail: Noted) -> None:
    asked = form(signer, aud="other")
    reason = await refused(made, asked)
    assert (reason.source, "another audience" in reason.sentence) == ("okta", True)
    assert asked["subject_token"] not in str(trail.facts)
    assert (
        await refused(made, form(signer, iss="https://evil.example"))
    ).sentence == "No provider of this issuer is known here."


async def test_what_cannot_be_recorded_is_neither_given_nor_hidden(made: Tokens, signer: Signer, trail: Noted) -> None:
    trail.full = True
    for asked in (form(signer), form(signer, aud="other")):
        with pytest.raises(RecordingFailed):
            await made.exchange.token(asked, ADDRESS)


@pytest.fixture
def idp() -> Provider:
    return Provider()


async def test_an_assertion_is_shown_once(
    store: Store, tmp_path: Path, clock: Clock, trail: Noted, idp: Provider
) -> None:
    made = put_together(store, tmp_path, clock, trail, sources=[source(tmp_path, idp)])
    other = put_together(store, tmp_path, clock, trail, sources=[source(tmp_path, idp)])
    asked = {"grant_type": EXCHANGE, "subject_token_type": SAML2, "subject_token": posted(idp.signed_assertion())}
    issued = await made.exchange.token(asked, ADDRESS)
    assert (said(issued)["sub"], said(issued)["groups"]) == ("ada@acme.com", ["eng", "sre"])
    for replica in (made, other):
        assert "used before" in (await refused(replica, asked)).sentence
    clock.time += 300
    assert "used before" in (await refused(made, asked)).sentence
    clock.time += 100
    assert "expired" in (await refused(made, asked)).sentence


async def test_the_same_assertion_twenty_times_at_once(
    store: Store, tmp_path: Path, clock: Clock, trail: Noted, idp: Provider
) -> None:
    made = put_together(store, tmp_path, clock, trail, sources=[source(tmp_path, idp)])
    text = posted(idp.signed_assertion(Shape(id="_race")))
    asked = {"grant_type": EXCHANGE, "subject_token_type": SAML2, "subject_token": text}
    answers = await asyncio.gather(*(made.exchange.token(asked, ADDRESS) for _ in range(20)), return_exceptions=True)
    assert len([one for one in answers if isinstance(one, Issued)]) == 1


async def test_an_old_proof_of_somebody_whose_tokens_were_called_back(
    made: Tokens, store: Store, signer: Signer, trail: Noted, clock: Clock
) -> None:
    await Blocks(store, trail, clock=clock).put(Target.SUBJECT, "ada", "Laptop lost.", "root", before=NOW)
    reason = await refused(made, form(signer))
    assert (reason.error, "Laptop lost." in reason.sentence) == (Error.INVALID_GRANT, True)
    clock.time += 60
    assert await made.exchange.token(form(signer, iat=NOW + 30), ADDRESS)
    assert await made.exchange.token(form(signer, sub="bob"), ADDRESS)


async def test_somebody_who_is_stopped_gets_nothing(
    made: Tokens, store: Store, signer: Signer, trail: Noted, clock: Clock
) -> None:
    blocks = Blocks(store, trail, clock=clock)
    await blocks.put(Target.CONNECTION, "claude", "Not now.", "root")
    assert await made.exchange.token(form(signer), ADDRESS)
    await blocks.put(Target.SUBJECT, "ada", "Stopped.", "root")
    assert "Stopped." in (await refused(made, form(signer, iat=NOW + 30))).sentence


async def test_a_device(made: Tokens, trail: Noted, clock: Clock) -> None:
    started = await made.devices.start("laptop")
    asked = {"grant_type": DEVICE, "device_code": started.code}
    assert (await refused(made, asked)).error is Error.PENDING
    assert trail.facts == []
    await made.devices.decide(started.user_code, Person("ada", "company", frozenset({"eng"})), yes=True)
    issued = await made.exchange.token(asked, ADDRESS)
    assert (said(issued)["sub"], said(issued)["idp"], said(issued)["groups"]) == ("ada", "company", ["eng"])
    assert (await refused(made, asked)).error is Error.EXPIRED
    clock.time += 800
    again = await made.exchange.token({"grant_type": REFRESH, "refresh_token": issued.refresh or ""}, ADDRESS)
    assert (said(again)["sub"], again.id != issued.id, again.refresh != issued.refresh) == ("ada", True, True)


async def test_a_login_of_somebody_whose_tokens_were_called_back(
    made: Tokens, store: Store, trail: Noted, clock: Clock
) -> None:
    started = await made.devices.start("laptop")
    await made.devices.decide(started.user_code, Person("ada", "company"), yes=True)
    issued = await made.exchange.token({"grant_type": DEVICE, "device_code": started.code}, ADDRESS)
    await Blocks(store, trail, clock=clock).put(Target.SUBJECT, "ada", "Lost.", "root", before=NOW)
    asked = {"grant_type": REFRESH, "refresh_token": issued.refresh or ""}
    assert (await refused(made, asked)).error is Error.INVALID_GRANT


LOGIN = replace(OKTA, audiences=("gatehouse", "cli"), login=Login("cli", ()))
NO_LOGINS = (
    ("a token for a gate", {}, "id_token"),
    ("a token for the login's client and another", {"aud": ["cli", "gatehouse"], "azp": "cli"}, "id_token"),
    ("an access token that says so", {"aud": "cli"}, "access_token"),
    ("a token of any kind", {"aud": "cli"}, "jwt"),
    ("an access token that says it is an ID token", {"aud": "cli", "scope": "openid"}, "id_token"),
)


@pytest.mark.parametrize(("note", "changed", "kind"), NO_LOGINS, ids=[one[0] for one in NO_LOGINS])
async def test_what_makes_no_token_for_peoples_acts(
    store: Store, tmp_path: Path, clock: Clock, trail: Noted, signer: Signer,
    note: str, changed: dict[str, object], kind: str,
) -> None:  # fmt: skip
    made = put_together(store, tmp_path, clock, trail, signer, sources=[LOGIN])
    asked = {**form(signer, **changed), "subject_token_type": TYPE + kind}
    assert (await made.exchange.token(asked, ADDRESS)).audience == "gatehouse"
    assert (await refused(made, {**asked, "audience": CONTROL_AUDIENCE})).error is Error.INVALID_TARGET


async def test_a_login_makes_one_with_groups_of_then(
    store: Store, tmp_path: Path, clock: Clock, trail: Noted, signer: Signer
) -> None:
    made = put_together(store, tmp_path, clock, trail, signer, sources=[LOGIN])
    for issued, groups_at in ((NOW - 10, NOW - 10), (NOW + 30, NOW)):
        asked = {**form(signer, aud="cli", iat=issued), "audience": CONTROL_AUDIENCE}
        token = said(await made.exchange.token(asked, ADDRESS))
        assert (token["aud"], token["groups_at"]) == (CONTROL_AUDIENCE, groups_at), "a clock ahead makes nobody fresher"


async def test_a_device_reads_and_no_more(made: Tokens) -> None:
    started = await made.devices.start("laptop")
    await made.devices.decide(started.user_code, Person("ada", "company", frozenset({"eng"})), yes=True)
    asked = {"grant_type": DEVICE, "device_code": started.code, "audience": CONTROL_AUDIENCE}
    issued = await made.exchange.token(asked, ADDRESS)
    again = {"grant_type": REFRESH, "refresh_token": issued.refresh or "", "audience": CONTROL_AUDIENCE}
    for one in (issued, await made.exchange.token(again, ADDRESS)):
        assert (said(one)["aud"], said(one)["groups_at"]) == (CONTROL_AUDIENCE, 0.0)


async def test_a_device_code_that_is_replayed_by_many(made: Tokens) -> None:
    started = await made.devices.start("laptop")
    await made.devices.decide(started.user_code, Person("ada", "company"), yes=True)
    asked = {"grant_type": DEVICE, "device_code": started.code}
    answers = await asyncio.gather(*(made.exchange.token(asked, ADDRESS) for _ in range(10)), return_exceptions=True)
    assert len([one for one in answers if isinstance(one, Issued)]) == 1


async def test_sources_that_share_an_issuer(
    store: Store, tmp_path: Path, clock: Clock, trail: Noted, signer: Signer
) -> None:
    second = replace(OKTA, name="okta-ci", audiences=("ci",), prefix="ci:")
    made = put_together(store, tmp_path, clock, trail, signer, sources=[OKTA, second])
    assert said(await made.exchange.token(form(signer, aud="ci"), ADDRESS))["sub"] == "ci:ada"
    assert (await refused(made, form(signer, aud="other"))).source == "okta"
