"""Tokens of our own control plane at the real Envoy: both kinds of keys, both headers that the Claude SDK uses."""

import asyncio
import json
import time
from pathlib import Path

import httpx
import pytest

from sidecar.control.desk.blocks import Blocks
from sidecar.control.store.store import Store
from sidecar.control.tokens.exchange import EXCHANGE
from sidecar.control.tokens.proofs import TYPE
from sidecar.control.tokens.proven import Proven
from sidecar.control.tokens.tokens import Around, tokens
from sidecar.extproc.bootstrap.spec import ProviderSpec
from sidecar.extproc.identity import ClaimNames
from sidecar.settings.tokens import CONTROL_AUDIENCE, Exchange, KeyKind, Source, SourceKind
from tests.envoy.conftest import Make
from tests.envoy.driver import Driven
from tests.envoy.rig import AUDIENCE, ISSUER, Loop, Rig, Tokens
from tests.envoy.upstream import Upstream

OWN = "https://gate.example.com"
HEADERS = [
    ("bearer", lambda token: {"authorization": f"Bearer {token}"}),
    ("key", lambda token: {"x-api-key": token}),
    ("both", lambda token: {"authorization": f"Bearer {token}", "x-api-key": token}),
]


class Silent:
    async def record(self, kind: str, fact: object) -> None:
        """Nothing is looked up later here."""


async def exchanged(folder: Path, kind: KeyKind, company: Tokens) -> tuple[str, str, str]:
    """A gate token for a token of the company's provider, one for people's acts, and the keys that verify them."""
    (folder / "company.json").write_text(company.jwks)
    source = Source(
        "company", SourceKind.OIDC, ISSUER, (AUDIENCE,), "sub", groups=("groups",), keys_file=folder / "company.json"
    )
    settings = Exchange(OWN, ("gate-eu",), 900, 86400 * 30, 3600, kind, folder / "token.key", (source,))
    store = await Store.open(f"sqlite:///{folder}/control.sqlite")
    try:
        async with httpx.AsyncClient(trust_env=False) as http:
            made = tokens(settings, OWN, Around(store, Silent(), Blocks(store, Silent()), http))
            form = {"grant_type": EXCHANGE, "subject_token": company.mint(), "subject_token_type": f"{TYPE}jwt"}
            issued = await made.exchange.token(form, "192.0.2.1")
            acting = Proven("company", "ada", ("engineering",), time.time() + 60, logged_in=time.time())
            act = await made.exchange._parts.issuer.issue(acting, CONTROL_AUDIENCE)
            return issued.token, act.token, json.dumps(await made.keys.jwks())
    finally:
        await store.close()


@pytest.fixture(scope="module", params=list(KeyKind))
def own(request: pytest.FixtureRequest, make: Make, loop: Loop, tmp_path_factory: pytest.TempPathFactory) -> object:
    folder, company, site = tmp_path_factory.mktemp("own"), Tokens(), Upstream()
    token, act, keys = asyncio.run(exchanged(folder, request.param, company))

    async def answer(writer: asyncio.StreamWriter) -> None:
        body = keys.encode()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))

    site.answer = answer
    loop.run(site.start())
    spec = ProviderSpec("gatehouse", OWN, ("gate-eu",), jwks_url=f"http://127.0.0.1:{site.port}/.well-known/jwks.json")
    yield make(more_providers=(spec,)), token, act
    loop.run(site.stop())


@pytest.mark.parametrize(("note", "headers"), HEADERS, ids=[row[0] for row in HEADERS])
def test_it_opens_and_goes_no_further(own: tuple[Rig, str, str], note: str, headers: object) -> None:
    rig, token, _ = own
    rig.upstream.reset()
    driven = Driven(rig)
    driven.seat.providers["gatehouse"] = ClaimNames()  # type: ignore[index]
    assert rig.post(headers=headers(token)).status_code == 200  # type: ignore[operator]
    caller = driven.exchanges[0].events[0].caller  # type: ignore[union-attr]
    assert (caller.subject, caller.provider, caller.groups) == ("ada", "gatehouse", ("engineering",))
    assert token not in str(rig.upstream.requests)


def test_it_opens_no_other_gate(make: Make, own: tuple[Rig, str, str]) -> None:
    rig, token, _ = own
    site = next(one.jwks_url for one in rig.envoy.spec.providers if one.name == "gatehouse")
    other = make(more_providers=(ProviderSpec("gatehouse", OWN, ("gate-us",), jwks_url=site),))
    Driven(other)
    answer = other.post(headers={"authorization": f"Bearer {token}"})
    assert (answer.status_code, "another audience" in answer.json()["error"]["message"]) == (401, True)
    changed = f"{token[:-8]}AAAAAAAA"
    assert rig.post(headers={"authorization": f"Bearer {changed}"}).status_code == 401


@pytest.mark.parametrize(("note", "headers"), HEADERS, ids=[row[0] for row in HEADERS])
def test_what_lets_people_act_opens_no_gate(own: tuple[Rig, str, str], note: str, headers: object) -> None:
    rig, _, act = own
    rig.upstream.reset()
    Driven(rig)
    answer = rig.post(headers=headers(act))  # type: ignore[operator]
    assert (answer.status_code, "another audience" in answer.json()["error"]["message"]) == (401, True)
    assert not rig.upstream.requests
