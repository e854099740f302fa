"""The authorization code flow against the development provider."""

from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from sidecar.control.tokens.refusal import TokenRefused
from sidecar.control.web.relying import Client, ProviderAway, Relying, SignInFailed
from sidecar.settings.tokens import Source, SourceKind
from tests.unit.control.web.provider import CLIENT, ISSUER, SECRET, Company, company
from tests.unit.control.web.rig import URL, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def firm(clock: Clock) -> Company:
    return company(clock)


def query(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


async def test_who_came_back(firm: Company) -> None:
    address, secret = await firm.relying.begin()
    found = await firm.relying.end(query(await firm.back(address, "grace")), secret)
    assert (found.subject, found.groups) == ("grace", frozenset({"reviewers"}))
    assert found.renewal is not None
    assert found.renewal not in repr(found)


async def test_what_is_asked_for(firm: Company) -> None:
    address, secret = await firm.relying.begin()
    asked = query(address)
    assert address.startswith(f"{ISSUER}/authorize?")
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{URL}/sign-in/back"
    assert secret not in address, "the browser's secret never leaves it"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"], secret}) == 4


async def test_a_code_of_another_browser_is_refused(firm: Company) -> None:
    address, _ = await firm.relying.begin()
    _, other = await firm.relying.begin()
    back = query(await firm.back(address, "grace"))
    with pytest.raises(SignInFailed, match="not the sign-in that this browser began"):
        await firm.relying.end(back, other)


async def test_a_code_put_under_a_true_state_is_refused(firm: Company) -> None:
    """Login with the attacker's code: the verifier does not fit, and the nonce would not."""
    theirs, _ = await firm.relying.begin()
    ours, secret = await firm.relying.begin()
    stolen = {**query(await firm.back(ours, "grace")), "code": query(await firm.back(theirs, "ada"))["code"]}
    with pytest.raises(SignInFailed, match="did not accept"):
        await firm.relying.end(stolen, secret)


async def test_a_code_works_once(firm: Company) -> None:
    address, secret = await firm.relying.begin()
    back = query(await firm.back(address, "grace"))
    await firm.relying.end(back, secret)
    with pytest.raises(SignInFailed, match="did not accept"):
        await firm.relying.end(back, secret)


async def test_the_provider_says_no(firm: Company) -> None:
    address, secret = await firm.relying.begin()
    with pytest.raises(SignInFailed, match="access_denied"):
        await firm.relying.end(query(await firm.back(address, "")), secret)


async def test_renewed(firm: Company) -> None:
    address, secret = await firm.relying.begin()
    first = await firm.relying.end(query(await firm.back(address, "grace")), secret)
    again = await firm.relying.renew(first.renewal or "")
    assert (again.subject, again.groups) == ("grace", frozenset({"reviewers"}))
    with pytest.raises(SignInFailed, match="did not accept"):
        await firm.relying.renew("never given")


@pytest.mark.parametrize(("status", "away"), [(500, True), (503, True), (429, True), (400, False), (401, False)])
async def test_no_answer_is_no_no(firm: Company, status: int, away: bool) -> None:
    """Who is only away must not sign everybody out."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"token_endpoint": f"{ISSUER}/token"})
        return httpx.Response(status, json={"error": "x"})

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    source = Source("company", SourceKind.OIDC, ISSUER, (CLIENT,), "sub")
    with pytest.raises(SignInFailed) as caught:
        await Relying(source, Client(CLIENT), firm.relying._verifier, http, URL).renew("refresh-1")
    assert isinstance(caught.value, ProviderAway) is away


async def test_another_audience(firm: Company, clock: Clock) -> None:
    """A token made for another program does not open the console."""
    address, secret = await firm.relying.begin()
    answer = query(await firm.back(address, "grace"))

    class Strict:
        async def claims(self, token: str) -> dict[str, object]:
            raise TokenRefused("The token is meant for another audience.")

    source = Source("company", SourceKind.OIDC, ISSUER, ("other",), "sub")
    other = Relying(source, Client(CLIENT, lambda: SECRET), Strict(), firm.http, URL)
    with pytest.raises(TokenRefused, match="another audience"):
        await other.end(answer, secret)


async def test_the_nonce_must_be_ours(firm: Company) -> None:
    address, secret = await firm.relying.begin()
    changed = address.replace(f"nonce={query(address)['nonce']}", "nonce=another")
    with pytest.raises(SignInFailed, match="belongs to another sign-in"):
        await firm.relying.end(query(await firm.back(changed, "grace")), secret)


ANSWERS = (
    ("is away", lambda _: (_ for _ in ()).throw(httpx.ConnectError("refused")), "does not answer"),
    ("answers in HTML", lambda _: httpx.Response(200, text="<html>"), "does not answer"),
    ("has no endpoint", lambda _: httpx.Response(200, json={}), "names no authorization_endpoint"),
    (
        "names one without TLS",
        lambda _: httpx.Response(200, json={"authorization_endpoint": "http://id.example.com/a"}),
        "with https",
    ),
)


@pytest.mark.parametrize(("note", "answer", "said"), ANSWERS, ids=[one[0] for one in ANSWERS])
async def test_a_provider_that(note: str, answer: object, said: str) -> None:
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))  # type: ignore[arg-type]
    source = Source("company", SourceKind.OIDC, ISSUER, (CLIENT,), "sub")

    class Nothing:
        async def claims(self, token: str) -> dict[str, object]:
            raise AssertionError("there is no token")

    with pytest.raises(SignInFailed, match=said):
        await Relying(source, Client(CLIENT), Nothing(), http, URL).begin()
