"""Who gets in. Every refusal is an error of the Messages API with a sentence that says what to do."""

import time

import pytest

from sidecar.extproc.bootstrap.spec import ProviderSpec
from sidecar.extproc.identity import ClaimNames
from tests.envoy.conftest import Make
from tests.envoy.driver import Driven
from tests.envoy.rig import AUDIENCE, Loop, Rig, Tokens, free_port
from tests.envoy.upstream import Upstream

REFUSED = [
    ("no token", lambda _: {}, "asks for a token"),
    ("another scheme", lambda _: {"authorization": "Basic eHg="}, "asks for a token"),
    ("expired", lambda t: bearer(t.mint(exp=time.time() - 100)), "has expired"),
    ("another audience", lambda t: bearer(t.mint(aud="other")), "another audience"),
    ("no audience", lambda t: bearer(t.mint(aud=None)), "another audience"),
    ("another issuer", lambda t: bearer(t.mint(iss="https://evil.example")), "does not know the token's issuer"),
    ("no expiry", lambda t: bearer(t.mint(exp=None)), "is not valid"),
    ("not yet", lambda t: bearer(t.mint(nbf=time.time() + 100)), "is not valid"),
    ("no signature", lambda t: bearer(t.mint("none")), "is not valid"),
    ("a changed signature", lambda t: bearer(t.mint()[:-8] + "AAAAAAAA"), "is not valid"),
    ("a changed payload", lambda t: bearer(swapped(t)), "is not valid"),
    ("no JWT", lambda _: bearer("abc"), "is not valid"),
    ("no JWT as a key", lambda _: {"x-api-key": "abc"}, "is not valid"),
    ("another key", lambda _: bearer(Tokens.other().mint()), "is not valid"),
]


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def swapped(tokens: Tokens) -> str:
    """One token's payload under another's signature."""
    head, _, signature = tokens.mint().split(".")
    return ".".join((head, tokens.mint(sub="root").split(".")[1], signature))


@pytest.mark.parametrize(("note", "headers", "sentence"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused(rig: Rig, note: str, headers: object, sentence: str) -> None:
    driven = Driven(rig)
    answer = rig.post(headers=headers(rig.tokens))  # type: ignore[operator]
    error = answer.json()
    assert (answer.status_code, error["type"], error["error"]["type"]) == (401, "error", "authentication_error")
    assert sentence in error["error"]["message"]
    assert "ANTHROPIC_AUTH_TOKEN" in error["error"]["message"]
    assert answer.headers["x-should-retry"] == "false"
    assert answer.headers["content-type"] == "application/json"
    assert error["request_id"] == answer.headers["x-request-id"]
    assert (driven.exchanges, rig.upstream.requests) == ([], [])


@pytest.mark.parametrize("skew", [-20, 20])
def test_clocks_may_differ_a_little(rig: Rig, skew: int) -> None:
    Driven(rig)
    token = rig.tokens.mint(exp=time.time() + (5 if skew > 0 else skew), nbf=time.time() + min(skew, 20))
    assert rig.post(headers=bearer(token)).status_code == 200


def test_a_token_cannot_name_another_providers_claims(rig: Rig) -> None:
    driven = Driven(rig)
    rig.post(headers=bearer(rig.tokens.mint(company={"sub": "root"}, other={"sub": "root"})))
    assert driven.exchanges[0].events[0].caller.subject == "ada"  # type: ignore[union-attr]


PARTNER = "https://partner.example.com"


def test_several_providers_each_by_its_own_keys(make: Make, loop: Loop) -> None:
    partner, site = Tokens(), Upstream()
    site.answer = partner.serve
    loop.run(site.start())
    remote = ProviderSpec("partner", PARTNER, ("partners",), jwks_url=f"http://127.0.0.1:{site.port}/keys")
    rig = make(more_providers=(remote,))
    driven = Driven(rig)
    driven.seat.providers["partner"] = ClaimNames()  # type: ignore[index]
    theirs = {"iss": PARTNER, "aud": "partners", "sub": "bob"}
    assert rig.post(headers=bearer(rig.tokens.mint())).status_code == 200
    assert rig.post(headers=bearer(partner.mint(**theirs))).status_code == 200
    callers = [exchange.events[0].caller for exchange in driven.exchanges]  # type: ignore[union-attr]
    assert [(caller.subject, caller.provider) for caller in callers] == [("ada", "company"), ("bob", "partner")]
    crossed = [
        rig.tokens.mint(**theirs),
        partner.mint(),
        partner.mint(**{**theirs, "aud": AUDIENCE}),
        partner.mint(**{**theirs, "iss": "https://evil.example"}),
    ]
    assert [rig.post(headers=bearer(token)).status_code for token in crossed] == [401] * 4
    loop.run(site.stop())


def test_keys_that_cannot_be_fetched_are_the_gates_trouble(make: Make) -> None:
    nowhere = ProviderSpec("partner", PARTNER, ("partners",), jwks_url=f"http://127.0.0.1:{free_port()}/keys")
    rig = make(providers=(nowhere,))
    Driven(rig)
    answer = rig.post(headers=bearer(rig.tokens.mint(iss=PARTNER, aud="partners")))
    assert (answer.status_code, answer.json()["error"]["type"]) == (503, "api_error")
    assert "identity provider's keys" in answer.json()["error"]["message"]
    assert rig.upstream.requests == []
