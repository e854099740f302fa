"""What a call gets where a token endpoint gives tokens out."""

from collections.abc import Iterator
from secrets import token_hex

import jwt
import pytest

from sidecar.core.errors import Code, Refused
from sidecar.core.model.connection import Kind
from sidecar.core.model.http import Headers
from sidecar.credentials.oauth.grant import NoToken
from sidecar.credentials.vault import Listeners, Vault
from sidecar.settings.oauth import OAuth, SubjectType
from sidecar.settings.values import CredentialSource, Upstream
from tests.token_endpoint import CLIENT, TokenGiver, giving


@pytest.fixture(scope="module")
def giver() -> Iterator[TokenGiver]:
    with giving(token_hex(12)) as found:
        yield found


class Stage:
    def __init__(self, giver: TokenGiver, secret: str | None = None, exchange: SubjectType | None = None) -> None:
        self.now = 1000.0
        self.missing: list[str] = []
        self.fetched: list[tuple[str, NoToken | None]] = []
        oauth = OAuth(giver.url, CLIENT, "S", None, exchange=exchange)
        credential = CredentialSource("authorization", "Bearer ", None, None, oauth)
        self.vault = Vault(
            [Upstream("tickets", Kind.MCP, "http://t", None, credential)],
            {"S": secret or giver.secret},
            clock=lambda: self.now,
            listeners=Listeners(missing=self.missing.append, fetched=lambda *said: self.fetched.append(said)),
        )

    async def headers(self, token: str | None = None) -> Headers:
        return self.vault.headers_for("tickets", token) or await self.vault.fetch("tickets", token)


async def test_one_token_serves_all(giver: TokenGiver) -> None:
    stage = Stage(giver)
    assert stage.vault.headers_for("tickets") is None, "it has to be fetched"
    ((name, value),) = await stage.vault.fetch("tickets")
    assert (name, giver.holder(value)) == ("authorization", CLIENT)
    assert stage.vault.headers_for("tickets", "anybody's") == ((name, value),)
    assert (stage.vault.ages(), stage.vault.missing()) == ({"tickets": (1, 0.0)}, ())
    assert stage.fetched == [("tickets", None)]
    await stage.vault.close()


async def test_what_the_upstream_refuses_is_fetched_anew(giver: TokenGiver) -> None:
    stage = Stage(giver)
    first = await stage.headers()
    stage.vault.rejected("tickets", None, first)
    second = await stage.headers()
    assert second != first
    await stage.vault.close()


def own(name: str) -> str:
    return jwt.encode({"sub": name, "jti": token_hex(4)}, "k" * 32, "HS256")


async def test_each_caller_has_their_own(giver: TokenGiver) -> None:
    stage = Stage(giver, exchange=SubjectType.ACCESS_TOKEN)
    ada, eve = own("ada"), own("eve")
    for token, name in ((ada, "ada"), (eve, "eve"), (ada, "ada"), (own("ada"), "ada")):
        ((_, value),) = await stage.headers(token)
        assert giver.holder(value) == name
    assert stage.vault.ages()["tickets"][0] == 3, "another token of the same person may be for less"
    with pytest.raises(Refused, match="this call came with none") as caught:
        stage.vault.headers_for("tickets", None)
    assert caught.value.status == 502
    assert stage.missing == ["tickets"]
    await stage.vault.close()


async def test_a_wrong_secret(giver: TokenGiver) -> None:
    wrong = token_hex(12)
    stage = Stage(giver, wrong)
    with pytest.raises(Refused) as caught:
        await stage.headers()
    refused = caught.value
    assert (refused.status, refused.code, dict(refused.headers)) == (502, Code.API, {"x-should-retry": "false"})
    assert refused.message == (
        "No token for connection 'tickets': the token endpoint gives none "
        "(invalid_client: check client_id, client_secret or client_key, and auth)."
    )
    with pytest.raises(Refused, match="invalid_client"):
        stage.vault.headers_for("tickets")
    assert stage.missing == ["tickets", "tickets"]
    await stage.vault.close()


async def test_an_endpoint_that_is_away_and_comes_back(giver: TokenGiver) -> None:
    stage = Stage(giver)
    giver.stop()
    with pytest.raises(Refused) as caught:
        await stage.headers()
    giver.start()
    assert (caught.value.status, caught.value.code, dict(caught.value.headers)) == (503, Code.OVERLOADED, {})
    assert "cannot be reached (ConnectError); try again in a few seconds." in caught.value.message
    stage.now += 1
    assert giver.holder((await stage.headers())[0][1]) == CLIENT
    assert [why and why.outcome for _, why in stage.fetched] == ["unreachable", None]
    await stage.vault.close()


def test_a_secret_that_is_not_there_is_said_at_the_start(giver: TokenGiver) -> None:
    oauth = OAuth(giver.url, CLIENT, "S", None)
    credential = CredentialSource("authorization", "Bearer ", None, None, oauth)
    (said,) = Vault([Upstream("tickets", Kind.MCP, "http://t", None, credential)], {}).missing()
    assert (
        said == "No token for connection 'tickets': S is not set; set it where the gate runs, and start the gate again."
    )
