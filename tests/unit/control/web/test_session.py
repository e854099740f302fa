"""Sessions and links: hashes at rest, ends that hold."""

from sidecar.control.store.store import Store
from sidecar.control.web.session import IDLE, LASTS, LINK_LASTS, SEEN_EVERY, Sessions
from tests.unit.control.web.rig import Clock

RENEWAL = "refresh-" + "r" * 20


async def test_found_by_its_cookie_alone(store: Store) -> None:
    sessions = Sessions(store, Clock())
    made = await sessions.begin("grace", "company", frozenset({"b", "a"}), RENEWAL)
    found = await sessions.find(made.cookie)
    assert found == made
    assert found is not None
    assert found.renewal == RENEWAL
    assert await sessions.find(made.cookie + "x") is None
    assert await sessions.find(made.id) is None


async def test_nothing_at_rest_signs_in(store: Store) -> None:
    sessions = Sessions(store, Clock())
    made, link = await sessions.begin("grace", "company", renewal=RENEWAL), await sessions.link()
    rows = [*await store.rows("SELECT * FROM sessions"), *await store.rows("SELECT * FROM sign_in_links")]
    kept = " ".join(str(value) for row in rows for value in row.values())
    assert not any(secret in kept for secret in (made.cookie, link, RENEWAL))
    assert not any(secret in repr(made) for secret in (made.cookie, RENEWAL))


async def test_it_ends_when_nobody_comes(store: Store) -> None:
    clock = Clock()
    sessions = Sessions(store, clock)
    made = await sessions.begin("grace", "company")
    clock.now += IDLE - 1
    assert await sessions.find(made.cookie) is not None
    clock.now += IDLE - 1
    assert await sessions.find(made.cookie) is not None, "coming counts"
    clock.now += IDLE + 1
    assert await sessions.find(made.cookie) is None


async def test_it_ends_in_any_case(store: Store) -> None:
    clock = Clock()
    sessions = Sessions(store, clock)
    made = await sessions.begin("grace", "company")
    for _ in range(int(LASTS / (IDLE / 2)) - 1):
        clock.now += IDLE / 2
        assert await sessions.find(made.cookie) is not None
    clock.now += IDLE / 2 + 1
    assert await sessions.find(made.cookie) is None


async def test_a_look_costs_a_write_now_and_then(store: Store) -> None:
    clock = Clock()
    sessions = Sessions(store, clock)
    made = await sessions.begin("grace", "company")
    seen = []
    for step in (1.0, SEEN_EVERY):
        clock.now += step
        await sessions.find(made.cookie)
        seen.append((await store.rows("SELECT seen FROM sessions"))[0]["seen"])
    assert seen == [clock.now - SEEN_EVERY - 1, clock.now]


async def test_signed_out(store: Store) -> None:
    sessions = Sessions(store, Clock())
    made = await sessions.begin("grace", "company", renewal=RENEWAL)
    await sessions.end(made)
    assert await sessions.find(made.cookie) is None
    assert (await store.rows("SELECT sealed FROM sessions"))[0]["sealed"] is None


async def test_groups_renewed(store: Store) -> None:
    clock = Clock()
    sessions = Sessions(store, clock)
    made = await sessions.begin("grace", "company", frozenset({"reviewers"}), RENEWAL)
    clock.now += 100
    after = await sessions.renewed(made, frozenset({"nobody"}), "another")
    assert after == await sessions.find(made.cookie)
    assert (after.groups, after.groups_at, after.renewal) == (frozenset({"nobody"}), clock.now, "another")
    assert (await sessions.renewed(after, frozenset(), None)).renewal == "another"


async def test_a_link_works_once_and_not_for_long(store: Store) -> None:
    clock = Clock()
    sessions = Sessions(store, clock)
    link, other = await sessions.link(), await sessions.link()
    assert await sessions.spend(link) is True
    assert await sessions.spend(link) is False
    clock.now += LINK_LASTS
    assert await sessions.spend(other) is False
    assert await sessions.spend("") is False
