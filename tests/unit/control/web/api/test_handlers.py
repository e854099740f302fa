"""The API: decisions, lists, blocks, and what does not fit."""

import asyncio

import pytest

from sidecar.core.model.hold import Terms
from tests.unit.control.web.rig import LINK_KEY, Rig, asked


async def decide(
    desk: Rig, ticket: str, bearer: str = "grace:reviewers", **said: object
) -> tuple[int, dict[str, object]]:
    answer = await desk.bearer(bearer).post(f"/v1/approvals/{ticket}/decisions", json=said)
    return answer.status_code, answer.json()


async def opened(desk: Rig, name: str = "q1", **more: object) -> str:
    return (await desk.parts.tickets.open(asked(name, **more))).id


async def test_approved(desk: Rig) -> None:
    ticket = await opened(desk)
    status, said = await decide(desk, ticket, yes=True, rationale="known")
    assert (status, said["state"], said["approvals"]) == (200, "approved", 1)
    assert said["content"][0]["text"] == "rm -rf /srv/exports"  # type: ignore[index]


NOT = (
    ("own call", "ada:reviewers", {}, {"yes": True}, "own call"),
    ("not of the approvers", "grace:reviewers", {"terms": Terms(("sre",))}, {"yes": True}, "somebody of sre"),
    ("no rationale", "grace:reviewers", {"terms": Terms(rationale_required=True)}, {"yes": False}, "rationale"),
    ("only once", "grace:reviewers", {}, {"yes": True, "for_session": True}, "this one call only"),
)


@pytest.mark.parametrize(("note", "token", "more", "said", "why"), NOT, ids=[one[0] for one in NOT])
async def test_not_allowed(
    laptop: Rig, note: str, token: str, more: dict[str, object], said: dict[str, object], why: str
) -> None:
    status, told = await decide(laptop, await opened(laptop, **more), token, **said)
    assert (status, told["error"]["code"]) == (409, "not_allowed")  # type: ignore[index]
    assert why in told["error"]["message"]  # type: ignore[index]


async def test_an_expired_ticket(desk: Rig) -> None:
    ticket = await opened(desk, terms=Terms(timeout=60.0))
    desk.clock.now += 60
    status, said = await decide(desk, ticket, yes=True)
    assert (status, said["error"]["message"]) == (409, "This call has expired; nothing can be changed any more.")  # type: ignore[index]
    assert (await desk.bearer("grace:reviewers").get(f"/v1/approvals/{ticket}")).json()["state"] == "expired"


async def test_two_reviewers_at_the_same_instant(desk: Rig) -> None:
    ticket = await opened(desk)
    both = await asyncio.gather(
        decide(desk, ticket, "grace:reviewers", yes=True), decide(desk, ticket, "alan:reviewers", yes=False)
    )
    assert sorted(status for status, _ in both) == [200, 409]
    assert len((await desk.parts.tickets.get(ticket)).decisions) == 1


async def test_not_recorded_not_decided(desk: Rig) -> None:
    ticket = await opened(desk)
    desk.trail.full = True
    status, said = await decide(desk, ticket, yes=True)
    assert (status, said["error"]["code"]) == (503, "not_recorded")  # type: ignore[index]
    assert (await desk.bearer("grace:reviewers").get(f"/v1/approvals/{ticket}")).status_code == 503, "nor looked at"
    desk.trail.full = False
    assert (await desk.parts.tickets.get(ticket)).state == "pending"


async def test_pages_by_cursor(desk: Rig) -> None:
    for number in range(5):
        desk.clock.now += 1
        await opened(desk, f"q{number}")
    viewer, found, cursor = desk.bearer("x:everyone"), [], None
    for _ in range(3):
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = (await viewer.get("/v1/approvals", params=query)).json()
        found += [one["opened"] for one in page["items"]]
        assert page["pending"] == 5
        cursor = page["next"]
    assert (cursor, len(found), found) == (None, 5, sorted(found, reverse=True))
    assert "content" not in page["items"][0], "texts are looked at one by one, and that is recorded"
    assert desk.trail.of("looked") == []


async def test_filters(laptop: Rig) -> None:
    first = await opened(laptop)
    await opened(laptop, "q2", subject="lin", session="s-2", rule="other")
    await decide(laptop, first, yes=False)
    viewer = laptop.bearer("x:everyone")
    for query, count in (
        ({"state": "pending"}, 1),
        ({"state": "pending,denied"}, 2),
        ({"state": "expired"}, 0),
        ({"subject": "lin"}, 1),
        ({"session": "s-2", "rule": "destructive"}, 0),
    ):
        assert len((await viewer.get("/v1/approvals", params=query)).json()["items"]) == count, query


@pytest.mark.parametrize("query", ["state=maybe", "limit=0", "limit=201", "limit=x", "limit=\u0663", "limit=-1"])
async def test_queries_that_do_not_fit(laptop: Rig, query: str) -> None:
    answer = await laptop.bearer("x:everyone").get(f"/v1/approvals?{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "unfit")


async def test_a_cursor_of_nobodys_making(laptop: Rig) -> None:
    await opened(laptop)
    answer = await laptop.bearer("x:everyone").get("/v1/approvals", params={"cursor": "'; DROP TABLE tickets; --"})
    assert answer.json()["items"] == []


BODIES = (
    ("no JSON", b"{", "application/json"),
    ("a form", b"yes=true", "application/x-www-form-urlencoded"),
    ("JSON under another name", b'{"yes": true}', "text/plain"),
    ("a word for a yes", b'{"yes": "true"}', "application/json"),
    ("nothing said", b"{}", "application/json"),
    ("more than we know", b'{"yes": true, "sure": true}', "application/json"),
    ("too long a rationale", b'{"yes": true, "rationale": "' + b"x" * 2001 + b'"}', "application/json"),
    ("too much", b'{"yes": true, "rationale": "' + b"x" * 70_000 + b'"}', "application/json"),
    ("too deep", b"[" * 60_000, "application/json"),
    ("not UTF-8", b'{"yes": true, "rationale": "\xff"}', "application/json"),
)


@pytest.mark.parametrize(("note", "body", "kind"), BODIES, ids=[one[0] for one in BODIES])
async def test_bodies_that_do_not_fit(laptop: Rig, note: str, body: bytes, kind: str) -> None:
    ticket = await opened(laptop)
    grace = laptop.bearer("grace:reviewers")
    answer = await grace.post(f"/v1/approvals/{ticket}/decisions", content=body, headers={"content-type": kind})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "unfit")
    assert (await laptop.parts.tickets.get(ticket)).decisions == ()


async def test_blocks(desk: Rig) -> None:
    grace, root = desk.bearer("grace:reviewers"), desk.bearer("root:admins")
    put = await grace.post("/v1/blocks", json={"target": "session", "value": " s-1 ", "reason": "It runs in circles."})
    block = put.json()
    assert (put.status_code, block["value"], block["by"]) == (201, "s-1", "company/grace")
    assert (await grace.delete(f"/v1/blocks/{block['id']}")).status_code == 403
    assert (await root.delete(f"/v1/blocks/{block['id']}")).status_code == 204
    assert (await root.delete(f"/v1/blocks/{block['id']}")).status_code == 404
    (kept,) = (await grace.get("/v1/blocks")).json()["items"]
    assert kept["lifted_by"] == "company/root"
    assert [kind for kind, _ in desk.trail.facts] == ["blocked", "lifted"]


@pytest.mark.parametrize(
    "said",
    [
        {"target": "session", "value": "  ", "reason": "r"},
        {"target": "token", "value": "x", "reason": "r"},
        {"target": "agent", "value": "x", "reason": ""},
        {"target": "agent", "value": "x" * 501, "reason": "r"},
        {"target": "agent", "value": "x"},
    ],
)
async def test_blocks_that_do_not_fit(laptop: Rig, said: dict[str, str]) -> None:
    assert (await laptop.bearer("root:admins").post("/v1/blocks", json=said)).status_code == 400
    assert await laptop.parts.blocks.all() == ()


async def test_everything_has_no_name(laptop: Rig) -> None:
    put = await laptop.bearer("root:admins").post("/v1/blocks", json={"target": "all", "value": "x", "reason": "r"})
    assert put.json()["value"] == ""


async def test_a_data_planes_key_is_nobody(laptop: Rig) -> None:
    assert (await laptop.bearer(LINK_KEY).get("/v1/approvals")).status_code == 401
