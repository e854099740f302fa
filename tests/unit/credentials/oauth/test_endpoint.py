"""A token over HTTP, and what goes wrong there."""

import asyncio
import gzip
import traceback
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from sidecar.credentials.oauth.endpoint import TokenEndpoint
from sidecar.credentials.oauth.grant import NoToken
from sidecar.credentials.oauth.web import LARGEST
from sidecar.credentials.secret import Secret
from sidecar.credentials.source import FromEnvironment
from sidecar.settings.oauth import ClientAuth, OAuth, SubjectType
from tests.certificates import Authority
from tests.token_endpoint import CLIENT, TokenGiver, giving, plain


@pytest.fixture(scope="module")
def giver() -> Iterator[TokenGiver]:
    with giving(token_hex(12)) as found:
        yield found


@pytest.fixture(autouse=True)
def _fresh(giver: TokenGiver) -> None:
    giver.instead = None


def endpoint(giver: TokenGiver, secret: str | None = None, url: str | None = None, **changed: object) -> TokenEndpoint:
    oauth = OAuth(url or giver.url, CLIENT, "S", None, **changed)  # type: ignore[arg-type]
    return TokenEndpoint(oauth, FromEnvironment("S", {"S": secret or giver.secret}), within=5)


@pytest.mark.parametrize("auth", [ClientAuth.BASIC, ClientAuth.POST])
async def test_a_token_for_the_gate(giver: TokenGiver, auth: ClientAuth) -> None:
    asked = endpoint(giver, auth=auth, scopes=("read",))
    grant = await asked.ask(None)
    await asked.close()
    assert giver.holder(grant.token.reveal()) == CLIENT
    assert (grant.lasts, giver.asked[-1]["scope"]) == (600.0, "read")


async def test_a_token_for_a_caller(giver: TokenGiver) -> None:
    import jwt

    asked = endpoint(giver, exchange=SubjectType.ACCESS_TOKEN)
    own = jwt.encode({"sub": "ada"}, token_hex(32), "HS256")
    grant = await asked.ask(Secret(own))
    await asked.close()
    assert giver.holder(grant.token.reveal()) == "ada"


async def refused(asked: TokenEndpoint) -> NoToken:
    with pytest.raises(NoToken) as caught:
        await asked.ask(None)
    await asked.close()
    assert caught.value.__cause__ is None, "the library's errors hold the request"
    return caught.value


async def test_a_wrong_secret_is_said_and_not_shown(giver: TokenGiver) -> None:
    wrong = token_hex(12)
    no = await refused(endpoint(giver, wrong))
    assert "invalid_client: check client_id, client_secret" in str(no)
    assert wrong not in "".join(traceback.format_exception(no))


@pytest.mark.parametrize(
    ("instead", "said"),
    [
        (RedirectResponse("http://127.0.0.1:1/elsewhere"), "set token_url to the final address"),
        (PlainTextResponse("x" * (LARGEST + 1)), "answers too much"),
        (Response(gzip.compress(b"{}"), headers={"content-encoding": "gzip"}), "holds no access_token"),
        (plain({"error": "invalid_scope"}, 400), "invalid_scope"),
        (PlainTextResponse("busy", 503), "answers 503"),
    ],
)
async def test_answers_that_are_none(giver: TokenGiver, instead: Response, said: str) -> None:
    giver.instead = instead
    assert said in str(await refused(endpoint(giver)))


async def test_nobody_there(giver: TokenGiver) -> None:
    no = await refused(endpoint(giver, url="http://127.0.0.1:1/token"))
    assert (str(no), no.lasting) == ("the token endpoint cannot be reached (ConnectError)", False)


async def test_somebody_who_never_answers(giver: TokenGiver) -> None:
    over = asyncio.Event()

    async def begins(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{")
        while await reader.read(1000):
            pass
        writer.close()
        over.set()

    server = await asyncio.start_server(begins, "127.0.0.1")
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/token"
    asked = TokenEndpoint(OAuth(url, CLIENT, "S", None), FromEnvironment("S", {"S": "s"}), within=0.3)
    no = await refused(asked)
    await over.wait()
    server.close()
    assert no.outcome == "unreachable"


async def test_only_the_authorities_that_were_named_are_believed(tmp_path: Path) -> None:
    ours, other = Authority(str(tmp_path / "ours")), Authority(str(tmp_path / "other"))
    with giving(token_hex(12), ours.issue("127.0.0.1")) as secure:
        asked = endpoint(secure, ca=ours.certificate)
        assert secure.holder((await asked.ask(None)).token.reveal()) == CLIENT
        await asked.close()
        for ca in (other.certificate, None):
            no = await refused(endpoint(secure, ca=ca))
            assert (no.outcome, "its certificate is not trusted" in str(no)) == ("unreachable", True)
        assert len(secure.asked) == 1, "the secret was shown to nobody else"


async def test_without_the_clients_secret_nobody_is_asked(giver: TokenGiver) -> None:
    before = len(giver.asked)
    asked = TokenEndpoint(OAuth(giver.url, CLIENT, "S", None), FromEnvironment("S", {}))
    assert "S is not set; set it where the gate runs" in str(await refused(asked))
    assert len(giver.asked) == before


async def test_the_endpoint_that_the_issuer_names(giver: TokenGiver) -> None:
    place = "/.well-known/oauth-authorization-server"
    giver.pages[place] = plain({"issuer": giver.origin, "token_endpoint": giver.url})
    asked = TokenEndpoint(
        OAuth("", CLIENT, "S", None, issuer=giver.origin), FromEnvironment("S", {"S": giver.secret}), within=5
    )
    for _ in range(2):
        assert giver.holder((await asked.ask(None)).token.reveal()) == CLIENT
    await asked.close()
    assert giver.looked == [place], "kept"
