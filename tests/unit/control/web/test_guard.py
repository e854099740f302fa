"""Who may do what: a table of roles and routes, and everything that must not open."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sidecar.control.person import Role
from sidecar.control.store.store import Store
from sidecar.control.tokens.issue import digest
from sidecar.control.web.relying import ProviderAway, SignedIn, SignInFailed
from sidecar.control.web.renewing import FRESH
from sidecar.core.model.block import Target
from tests.unit.control.web.rig import GROUP, LINK_KEY, OWNER_KEY, PAGE, SAME, Rig, asked, rig

V, R, A, X = Role.VIEWER, Role.REVIEWER, Role.AUDITOR, Role.ADMIN
# method, path -> the roles that come through (whatever the route then says)
TABLE = (
    ("GET", "/approvals", {V, R, A, X}),
    ("GET", "/approvals/queue", {V, R, A, X}),
    ("GET", "/approvals/none", {V, R, A, X}),
    ("POST", "/approvals/none/decide", {R, X}),
    ("GET", "/stop", {V, R, A, X}),
    ("POST", "/stop", {R, X}),
    ("POST", "/stop/none/lift", {X}),
    ("GET", "/v1/me", {V, R, A, X}),
    ("GET", "/v1/approvals", {V, R, A, X}),
    ("GET", "/v1/approvals/none", {V, R, A, X}),
    ("POST", "/v1/approvals/none/decisions", {R, X}),
    ("GET", "/v1/blocks", {V, R, A, X}),
    ("POST", "/v1/blocks", {R, X}),
    ("DELETE", "/v1/blocks/none", {X}),
    ("POST", "/v1/sign-in-links", set()),
)


@pytest.mark.parametrize(("method", "path", "roles"), TABLE, ids=[f"{one[0]} {one[1]}" for one in TABLE])
async def test_roles(laptop: Rig, method: str, path: str, roles: set[Role]) -> None:
    through = set()
    for role in Role:
        browser = await laptop.signed_in("grace", [GROUP[role]])
        if (await browser.request(method, path)).status_code not in (401, 403):
            through.add(role)
    assert through == roles
    assert (await laptop.browser(**SAME).request(method, path)).status_code in (303, 401)
    nobody = await laptop.signed_in("grace", ["strangers"])
    assert (await nobody.request(method, path)).status_code == (200 if path == "/v1/me" else 403)


async def test_a_token_opens_the_api_too(laptop: Rig) -> None:
    me = await laptop.bearer("grace:reviewers").get("/v1/me")
    assert me.json() == {"subject": "grace", "provider": "company", "groups": ["reviewers"], "roles": ["reviewer"]}
    assert (await laptop.bearer(OWNER_KEY).get("/v1/me")).json()["roles"] == ["admin", "auditor", "reviewer", "viewer"]


OTHERS = (b"forged", b"", OWNER_KEY.encode() + b"x", OWNER_KEY[:-1].encode(), b"caf\xc3\xa9", b"\xff\xfe")


@pytest.mark.parametrize("token", OTHERS)
async def test_other_tokens_do_not(laptop: Rig, token: bytes) -> None:
    answer = await laptop.browser().get("/v1/me", headers={"authorization": b"Bearer " + token})  # type: ignore[dict-item]
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] in ("token", "sign_in")


@pytest.mark.parametrize("group", list(GROUP.values()))
async def test_an_agents_token_opens_nothing_of_it(laptop: Rig, group: str) -> None:
    """Whatever the person that it works for may do: it cannot approve, list, stop, or let a device in."""
    agent = laptop.bearer(f"agent:grace:{group}")
    assert (await agent.get("/v1/me")).json()["subject"] == "grace"
    ticket = (await laptop.parts.tickets.open(asked())).id
    told = f"/v1/approvals/{ticket}"
    acts = (("GET", told), ("GET", "/v1/approvals/events"), ("POST", f"{told}/decisions"))
    for method, path in (*acts, *((method, path) for method, path, _ in TABLE if path != "/v1/me")):
        answer = await agent.request(method, path, json={"yes": True} if method == "POST" else None)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (403, "gate_token"), (method, path)
        assert "`gatehouse login`" in error["message"]
        assert "rm -rf" not in answer.text
    assert (await laptop.parts.tickets.get(ticket)).decisions == ()
    assert laptop.trail.of("looked") == []


async def test_a_token_changes_things_only_with_groups_of_now(laptop: Rig) -> None:
    """A reviewer who was taken out of the group decides nothing a minute later; a login by code only reads."""
    bearers = laptop.parts.bearers
    ticket = (await laptop.parts.tickets.open(asked())).id
    for age, status in ((FRESH, 401), (laptop.clock.now, 401), (FRESH - 1, 200)):
        bearers.age = age  # type: ignore[union-attr]
        grace = laptop.bearer("grace:reviewers")
        assert (await grace.get(f"/v1/approvals/{ticket}")).status_code == 200
        answer = await grace.post(f"/v1/approvals/{ticket}/decisions", json={"yes": True})
        assert answer.status_code == status, age
        if status == 401:
            assert answer.json()["error"]["code"] == "log_in_again"
            assert "`gatehouse login`" in answer.json()["error"]["message"]
    bearers.age = laptop.clock.now  # type: ignore[union-attr]
    body = {"target": "agent", "value": "a", "reason": "it is mine"}
    assert (await laptop.bearer("local developer:x").post("/v1/blocks", json=body)).status_code == 201


async def test_a_bad_token_is_not_saved_by_a_good_cookie(laptop: Rig) -> None:
    grace = await laptop.signed_in()
    assert (await grace.get("/v1/me", headers={"authorization": "Bearer forged"})).status_code == 401
    assert (await grace.get("/v1/me", headers={"authorization": "Basic Zm9v"})).status_code == 401


async def test_a_data_planes_key_opens_nothing_for_people(laptop: Rig) -> None:
    gate = laptop.bearer(LINK_KEY)
    assert [(await gate.request(method, path)).status_code for method, path, _ in TABLE] == [401] * 14 + [403]


async def test_a_route_that_nobody_placed(laptop: Rig) -> None:
    async def secret(_: Request) -> Response:
        return PlainTextResponse("secret")

    open_door = rig(laptop.parts.store, routes=[Route("/secret", secret)])
    answer = await (await open_door.owner()).get("/secret", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_placed")
    await open_door.close()


FOREIGN = (
    ("another site", {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}),
    ("a neighbour", {"sec-fetch-site": "same-site", "origin": "https://a.example.com"}),
    ("an old browser on another site", {"origin": "https://evil.example"}),
    ("no word of where from", {}),
)


@pytest.mark.parametrize(("note", "headers"), FOREIGN, ids=[one[0] for one in FOREIGN])
@pytest.mark.parametrize("path", ["/stop", "/v1/blocks", "/approvals/x/decide", "/sign-out"])
async def test_made_by_a_foreign_page(laptop: Rig, note: str, headers: dict[str, str], path: str) -> None:
    session = await laptop.parts.sessions.begin("root", "company", frozenset({"admins"}))
    browser = laptop.browser({"gatehouse": session.cookie}, **headers)
    form = {"target": "all", "reason": "because", "sure": "yes"}
    answer = await browser.post(path, data=form)
    assert answer.status_code == 403
    assert await laptop.parts.blocks.all() == ()
    assert await laptop.parts.sessions.find(session.cookie) is not None


async def test_called_back(laptop: Rig) -> None:
    token, grace = laptop.bearer("grace:reviewers"), await laptop.signed_in()
    await laptop.parts.blocks.put(Target.TOKEN, digest("jti-grace"), "lost laptop", "root")
    assert (await token.get("/v1/me")).json()["error"]["code"] == "blocked"
    assert (await grace.get("/v1/me")).status_code == 200
    await laptop.parts.blocks.put(Target.SUBJECT, "grace", "left", "root")
    assert (await grace.get("/v1/me")).status_code == 403


async def test_stopping_everything_does_not_lock_out_who_lifts_it(laptop: Rig) -> None:
    await laptop.parts.blocks.put(Target.ALL, "", "stop", "root")
    admin = await laptop.signed_in("root", ["admins"])
    assert (await admin.get("/stop")).status_code == 200


class Vouching:
    """A provider that says what we tell it to. `asked`: with which refresh tokens."""

    name = "company"

    def __init__(self) -> None:
        self.said: SignedIn | None = None
        self.asked: list[str] = []
        self.away = False

    async def renew(self, renewal: str) -> SignedIn:
        self.asked.append(renewal)
        await asyncio.sleep(0)
        if self.away:
            raise ProviderAway("company does not answer")
        if self.said is None or len(self.asked) > len(set(self.asked)):
            raise SignInFailed("unknown or used")
        return self.said


@pytest.fixture
async def vouched(tmp_path: Path) -> AsyncIterator[tuple[Rig, Vouching]]:
    store = await Store.open(f"sqlite:///{tmp_path}/control.sqlite")
    provider = Vouching()
    made = rig(store, relying=provider)
    yield made, provider
    await made.close()
    await store.close()


async def decide(desk: Rig, cookie: str, ticket: str) -> tuple[int, str]:
    browser = desk.browser({"gatehouse": cookie}, accept="application/json", **SAME)
    answer = await browser.post(f"/v1/approvals/{ticket}/decisions", json={"yes": True})
    return answer.status_code, answer.json().get("error", {}).get("code", answer.json().get("state"))


async def test_removed_from_the_group_while_the_page_is_open(vouched: tuple[Rig, Vouching]) -> None:
    desk, provider = vouched
    ticket = (await desk.parts.tickets.open(asked())).id
    session = await desk.parts.sessions.begin("grace", "company", frozenset({"reviewers"}), "refresh-1")
    provider.said = SignedIn("grace", frozenset({"everyone"}), "refresh-2")
    desk.clock.now += FRESH
    assert await decide(desk, session.cookie, ticket) == (403, "role_needed")
    page = await desk.browser({"gatehouse": session.cookie}, **PAGE).get(f"/approvals/{ticket}")
    assert "Only reviewers decide on calls." in page.text
    assert (await desk.parts.tickets.get(ticket)).decisions == ()


async def test_still_in_the_group(vouched: tuple[Rig, Vouching]) -> None:
    desk, provider = vouched
    ticket = (await desk.parts.tickets.open(asked())).id
    session = await desk.parts.sessions.begin("grace", "company", frozenset({"reviewers"}), "refresh-1")
    provider.said = SignedIn("grace", frozenset({"reviewers"}), "refresh-2")
    desk.clock.now += FRESH
    assert await decide(desk, session.cookie, ticket) == (200, "approved")
    assert provider.asked == ["refresh-1"]
    assert await decide(desk, session.cookie, ticket) == (409, "not_allowed")
    assert provider.asked == ["refresh-1"], "fresh groups are not asked for again"


async def test_two_at_once_spend_one_refresh_token(vouched: tuple[Rig, Vouching]) -> None:
    desk, provider = vouched
    session = await desk.parts.sessions.begin("root", "company", frozenset({"admins"}), "refresh-1")
    provider.said = SignedIn("root", frozenset({"admins"}), "refresh-2")
    desk.clock.now += FRESH
    browser = desk.browser({"gatehouse": session.cookie}, accept="application/json", **SAME)
    said = [browser.post("/v1/blocks", json={"target": "agent", "value": v, "reason": "r"}) for v in ("a", "b")]
    assert [one.status_code for one in await asyncio.gather(*said)] == [201, 201]


async def test_the_provider_is_away(vouched: tuple[Rig, Vouching]) -> None:
    """Nothing is changed, and nobody is signed out for it."""
    desk, provider = vouched
    provider.away = True
    ticket = (await desk.parts.tickets.open(asked())).id
    session = await desk.parts.sessions.begin("grace", "company", frozenset({"reviewers"}), "refresh-1")
    desk.clock.now += FRESH
    assert await decide(desk, session.cookie, ticket) == (503, "provider_away")
    assert (await desk.parts.tickets.get(ticket)).decisions == ()
    assert (await desk.browser({"gatehouse": session.cookie}, **PAGE).get("/approvals")).status_code == 200


GONE = (
    ("the provider knows the person no more", None, "refresh-1"),
    ("it answers with somebody else", SignedIn("ada", frozenset({"reviewers"})), "refresh-1"),
    ("it gave nothing to ask with", SignedIn("grace", frozenset({"reviewers"})), None),
)


@pytest.mark.parametrize(("note", "said", "renewal"), GONE, ids=[one[0] for one in GONE])
async def test_nobody_vouches_any_more(
    vouched: tuple[Rig, Vouching], note: str, said: SignedIn | None, renewal: str | None
) -> None:
    desk, provider = vouched
    provider.said = said
    ticket = (await desk.parts.tickets.open(asked())).id
    session = await desk.parts.sessions.begin("grace", "company", frozenset({"reviewers"}), renewal)
    desk.clock.now += FRESH
    assert await decide(desk, session.cookie, ticket) == (401, "sign_in_again")
    assert (await desk.parts.tickets.get(ticket)).decisions == ()
