"""Where tokens are given out, as a real issuer and a real server say it."""

import asyncio
from collections.abc import Iterator
from secrets import token_hex

import pytest
from starlette.responses import RedirectResponse, Response

from sidecar.credentials.oauth.discovered import APART, KEPT, LONGEST, Discovered
from sidecar.credentials.oauth.grant import NoToken
from sidecar.credentials.oauth.web import Web
from sidecar.settings.oauth import OAuth
from tests.token_endpoint import CLIENT, TokenGiver, giving, plain

OAUTH = "/.well-known/oauth-authorization-server"
OPENID = "/.well-known/openid-configuration"
RESOURCE = "/.well-known/oauth-protected-resource"


@pytest.fixture(scope="module")
def giver() -> Iterator[TokenGiver]:
    with giving(token_hex(12)) as found:
        yield found


@pytest.fixture
def site(giver: TokenGiver) -> TokenGiver:
    giver.pages.clear()
    giver.looked.clear()
    return giver


class Stage:
    """An issuer, or a server that is asked first, of one site; time passes as it is told."""

    def __init__(self, site: TokenGiver, issuer: str | None = "", server: str | None = None, **more: object) -> None:
        self.now, self.site = 1000.0, site
        named = None if issuer is None else site.origin + issuer
        at = None if server is None else site.origin + server
        oauth = OAuth("", CLIENT, "S", None, issuer=named, server=at, **more)  # type: ignore[arg-type]
        self.place = Discovered(oauth, Web(oauth, within=5), lambda: self.now)

    async def found(self) -> str:
        return (await self.place.oauth()).token_url

    async def refused(self) -> NoToken:
        with pytest.raises(NoToken) as caught:
            await self.place.oauth()
        return caught.value


def names(site: TokenGiver, place: str, issuer: str = "", endpoint: str = "/token") -> None:
    site.pages[place] = plain({"issuer": site.origin + issuer, "token_endpoint": site.origin + endpoint})


def serves(site: TokenGiver, place: str, resource: str, *issuers: str) -> None:
    listed = [site.origin + one for one in issuers]
    site.pages[place] = plain({"resource": site.origin + resource, "authorization_servers": listed})


@pytest.mark.parametrize(
    ("issuer", "place"),
    [
        ("", OAUTH),
        ("", OPENID),
        ("/realms/a", OAUTH + "/realms/a"),
        ("/realms/a", OPENID + "/realms/a"),
        ("/realms/a", "/realms/a" + OPENID),
    ],
)
async def test_the_issuer_says_where(site: TokenGiver, issuer: str, place: str) -> None:
    names(site, place, issuer)
    assert await Stage(site, issuer).found() == site.url
    assert site.looked[-1] == place


async def test_a_front_page_in_place_of_a_document_is_passed_over(site: TokenGiver) -> None:
    site.pages[OAUTH] = Response("<html>", media_type="text/html")
    names(site, OPENID)
    assert await Stage(site).found() == site.url


async def test_what_was_named_is_not_asked_for(site: TokenGiver) -> None:
    oauth = OAuth(site.url, CLIENT, "S", None)
    assert await Discovered(oauth, Web(oauth), lambda: 0.0).oauth() is oauth
    assert site.looked == []


async def test_many_at_once_ask_once(site: TokenGiver) -> None:
    names(site, OAUTH)
    stage = Stage(site)
    assert set(await asyncio.gather(*(stage.found() for _ in range(9)))) == {site.url}
    assert site.looked == [OAUTH]


async def test_it_is_kept_for_an_hour(site: TokenGiver) -> None:
    names(site, OAUTH)
    stage = Stage(site)
    await stage.found()
    names(site, OAUTH, endpoint="/other")
    stage.now += KEPT - 1
    assert await stage.found() == site.url
    stage.now += 2
    assert await stage.found() == site.origin + "/other"


async def test_an_endpoint_that_gives_nothing_is_looked_up_again(site: TokenGiver) -> None:
    names(site, OAUTH)
    stage = Stage(site)
    await stage.found()
    names(site, OAUTH, endpoint="/other")
    stage.place.doubt()
    assert await stage.found() == site.url, "not within the first seconds"
    stage.now += APART
    assert await stage.found() == site.origin + "/other"


async def test_while_the_issuer_is_away_it_counts_for_a_day(site: TokenGiver) -> None:
    names(site, OAUTH)
    stage = Stage(site)
    await stage.found()
    site.pages[OAUTH] = plain({}, 503)
    stage.now += KEPT + 1
    assert await stage.found() == site.url
    stage.now += LONGEST
    assert (str(await stage.refused()).endswith("answers 503"), site.looked) == (True, [OAUTH] * 3)


async def test_what_turns_wrong_counts_no_longer(site: TokenGiver) -> None:
    names(site, OAUTH)
    stage = Stage(site)
    await stage.found()
    names(site, OAUTH, "/evil")
    stage.now += KEPT + 1
    assert "is about another issuer" in str(await stage.refused())
    names(site, OAUTH)
    assert "is about another issuer" in str(await stage.refused()), "told, and not asked again at once"
    stage.now += APART
    assert await stage.found() == site.url


@pytest.mark.parametrize(
    ("page", "why", "lasting"),
    [
        (None, "publishes no metadata, neither http://127.0.0.1", True),
        (plain({"issuer": "https://evil.example.com", "token_endpoint": "https://x/"}), "another issuer", True),
        (RedirectResponse("https://evil.example.com"), "set issuer to its final address", True),
        (Response("x" * 70_000), "answers too much", True),
        (plain({}, 503), "answers 503", False),
        (plain({}, 429), "answers 429", False),
    ],
)
async def test_nothing_is_found(site: TokenGiver, page: Response | None, why: str, lasting: bool) -> None:
    if page is not None:
        site.pages[OAUTH] = page
    no = await Stage(site).refused()
    assert (why in str(no), no.lasting, no.__cause__) == (True, lasting, None), str(no)


@pytest.mark.parametrize("place", [RESOURCE + "/mcp", RESOURCE])
@pytest.mark.parametrize("issuer", [None, "/realms/a"])
async def test_the_server_says_who(site: TokenGiver, place: str, issuer: str | None) -> None:
    serves(site, place, "/mcp", "/realms/a", "/realms/b")
    names(site, OAUTH + "/realms/a", "/realms/a")
    oauth = await Stage(site, issuer, "/mcp").place.oauth()
    assert (oauth.token_url, oauth.resource) == (site.url, site.origin + "/mcp")


async def test_a_resource_that_was_named_stays(site: TokenGiver) -> None:
    serves(site, RESOURCE, "/mcp", "")
    names(site, OAUTH)
    assert (await Stage(site, None, "/mcp", resource="https://own").place.oauth()).resource == "https://own"


async def test_a_server_that_says_it_with_its_refusal(site: TokenGiver) -> None:
    value = f'Bearer resource_metadata="{site.origin}/meta"'
    site.pages["/mcp"] = Response("no", 401, headers={"www-authenticate": value})
    serves(site, "/meta", "/mcp", "")
    names(site, OAUTH)
    assert await Stage(site, None, "/mcp").found() == site.url


@pytest.mark.parametrize(
    ("resource", "issuers", "issuer", "why"),
    [
        (None, (), None, "does not say who its issuer is"),
        ("/other", ("",), None, "is about another resource"),
        ("/mcp", (), None, "names no issuer with https"),
        ("/mcp", ("/realms/b",), "/realms/a", "does not name the issuer"),
    ],
)
async def test_a_server_that_does_not_say(
    site: TokenGiver, resource: str | None, issuers: tuple[str, ...], issuer: str | None, why: str
) -> None:
    if resource is not None:
        serves(site, RESOURCE, resource, *issuers)
    names(site, OAUTH + "/realms/b", "/realms/b")
    assert why in str(await Stage(site, issuer, "/mcp").refused())


async def test_the_first_issuer_stays_the_only_one(site: TokenGiver) -> None:
    """Whoever takes the server over does not get the client's secret."""
    serves(site, RESOURCE, "/mcp", "/realms/a")
    for realm in ("/realms/a", "/realms/evil"):
        names(site, OAUTH + realm, realm)
    stage = Stage(site, None, "/mcp")
    assert await stage.found() == site.url
    serves(site, RESOURCE, "/mcp", "/realms/evil")
    stage.now += KEPT + 1
    assert "does not name the issuer" in str(await stage.refused())
    assert OAUTH + "/realms/evil" not in site.looked
