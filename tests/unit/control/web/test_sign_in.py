"""Signing in and out, as a browser does it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from sidecar.control.store.store import Store
from sidecar.control.web.session import LINK_LASTS
from sidecar.control.web.sign_in import local_path
from tests.unit.control.web.provider import Company, with_company
from tests.unit.control.web.rig import GROUP, OWNER_KEY, PAGE, SAME, Rig, rig


@pytest.fixture
async def firm(tmp_path: Path) -> AsyncIterator[tuple[Rig, Company]]:
    store = await Store.open(f"sqlite:///{tmp_path}/control.sqlite")
    made, company = with_company(store)
    yield made, company
    await made.close()
    await company.http.aclose()
    await store.close()


async def begun(desk: Rig, after: str = "/approvals") -> tuple[httpx.AsyncClient, str]:
    browser = desk.browser(**PAGE)
    answer = await browser.get(f"/sign-in/begin?next={after}")
    assert answer.status_code == 303
    return browser, answer.headers["location"]


async def test_the_whole_way(firm: tuple[Rig, Company]) -> None:
    desk, company = firm
    anonymous = await desk.browser(**PAGE).get("/approvals?x=1")
    assert (anonymous.status_code, anonymous.headers["location"]) == (303, "/sign-in?next=%2Fapprovals%3Fx%3D1")
    assert "Continue with company" in (await desk.browser(**PAGE).get("/sign-in")).text
    browser, address = await begun(desk)
    answer = await browser.get(await company.back(address, "grace"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/approvals")
    cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("gatehouse="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert (await browser.get("/approvals")).status_code == 200
    (fact,) = desk.trail.of("signed_in")
    assert fact == {"subject": "grace", "provider": "company", "groups": ["reviewers"], "how": "oidc"}


async def test_out_again(firm: tuple[Rig, Company]) -> None:
    desk, company = firm
    browser, address = await begun(desk)
    await browser.get(await company.back(address, "grace"))
    cookie = browser.cookies["gatehouse"]
    answer = await browser.post("/sign-out", headers=SAME)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert "gatehouse" not in browser.cookies
    assert desk.trail.of("signed_out") == [{"subject": "grace", "provider": "company"}]
    kept = desk.browser({"gatehouse": cookie}, **PAGE)
    assert (await kept.get("/approvals")).status_code == 303, "a copy of the cookie is worth nothing"


async def test_nobody_signs_another_browser_in(firm: tuple[Rig, Company]) -> None:
    desk, company = firm
    _, address = await begun(desk)
    back = await company.back(address, "ada")
    victim = desk.browser(**PAGE)
    assert (await victim.get(back)).status_code == 403
    await victim.get("/sign-in/begin")
    assert (await victim.get(back)).status_code == 403
    assert desk.trail.facts == []


async def test_not_recorded_not_signed_in(firm: tuple[Rig, Company]) -> None:
    desk, company = firm
    browser, address = await begun(desk)
    back = await company.back(address, "grace")
    desk.trail.full = True
    answer = await browser.get(back)
    assert answer.status_code == 503
    assert "gatehouse" not in browser.cookies


async def test_a_link_signs_in_once(laptop: Rig) -> None:
    made = (await laptop.bearer(OWNER_KEY).post("/v1/sign-in-links")).json()["url"]
    assert made.startswith(f"{laptop.parts.url}/sign-in?once=")
    assert (await laptop.browser(**PAGE).head(made)).status_code == 200, "a look at the link does not use it"
    browser = laptop.browser(**PAGE)
    answer = await browser.get(f"{made}&next=/approvals")
    assert (answer.status_code, answer.headers["location"]) == (303, "/approvals")
    assert (await browser.get("/approvals")).status_code == 200
    assert laptop.trail.of("signed_in")[0]["how"] == "link"
    assert (await laptop.browser(**PAGE).get(made)).status_code == 403


async def test_a_link_grows_old(laptop: Rig) -> None:
    made = (await laptop.bearer(OWNER_KEY).post("/v1/sign-in-links")).json()["url"]
    laptop.clock.now += LINK_LASTS
    assert (await laptop.browser(**PAGE).get(made)).status_code == 403


@pytest.mark.parametrize("token", ["", "grace:admins", "link-" + "k" * 30])
async def test_only_the_owner_makes_links(laptop: Rig, token: str) -> None:
    asking = laptop.bearer(token) if token else laptop.browser()
    assert (await asking.post("/v1/sign-in-links")).status_code in (401, 403)
    admin = await laptop.signed_in("root", [GROUP[next(role for role in GROUP if role.value == "admin")]])
    assert (await admin.post("/v1/sign-in-links")).status_code == 403


async def test_over_tls_the_cookie_belongs_to_this_host(laptop: Rig) -> None:
    tls = rig(laptop.parts.store, url="https://gate.example.com")
    link = await tls.parts.sessions.link()
    answer = await tls.browser(**PAGE).get(f"/sign-in?once={link}")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-gatehouse=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "Path=/", "SameSite=lax"))
    assert "Domain" not in cookie
    await tls.close()


async def test_no_provider(laptop: Rig) -> None:
    page = await laptop.browser(**PAGE).get("/sign-in")
    assert "gatehouse console" in page.text
    assert (await laptop.browser(**PAGE).get("/sign-in/begin")).status_code == 404


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ("/approvals?x=1#y", "/approvals?x=1#y"),
        (None, "/"),
        ("", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nset-cookie: x=1", "/"),
        ("/\t/evil.example", "/"),
    ],
)
def test_only_to_ourselves(said: str | None, path: str) -> None:
    assert local_path(said) == path


async def test_the_way_on_is_not_the_cookies_business(firm: tuple[Rig, Company]) -> None:
    """A cookie can be planted by a neighbour: also there only our own paths count."""
    desk, company = firm
    browser, address = await begun(desk, "//evil.example")
    answer = await browser.get(await company.back(address, "grace"))
    assert answer.headers["location"] == "/"
