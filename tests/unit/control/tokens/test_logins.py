import pytest

from sidecar.control.store.store import Store
from sidecar.control.tokens.logins import GRACE, Logins, Refreshed
from sidecar.control.tokens.proven import Proven
from sidecar.control.tokens.refusal import Error, TokenRefused
from tests.unit.control.tokens.rig import NOW, Clock

ADA = Proven("console", "ada", ("eng",), NOW)
LIFETIME = 3600.0


@pytest.fixture
def logins(store: Store, clock: Clock) -> Logins:
    return Logins(store, LIFETIME, clock)


async def begun(store: Store, logins: Logins) -> Refreshed:
    async with store.transaction() as transaction:
        return await logins.begin(transaction, ADA)


async def refused(logins: Logins, token: str) -> bool:
    try:
        await logins.refresh(token)
    except TokenRefused as reason:
        return reason.error is Error.INVALID_GRANT
    return False


async def test_each_refresh_gives_the_next(store: Store, logins: Logins, clock: Clock) -> None:
    token = (await begun(store, logins)).token
    for _ in range(3):
        clock.time += 60
        refreshed = await logins.refresh(token)
        assert (refreshed.proven.subject, refreshed.proven.groups, refreshed.proven.source) == (
            "ada",
            ("eng",),
            "console",
        )
        assert refreshed.token != token
        token = refreshed.token


async def test_a_lost_answer_may_be_asked_for_again(store: Store, logins: Logins, clock: Clock) -> None:
    token = (await begun(store, logins)).token
    await logins.refresh(token)
    clock.time += GRACE
    again = await logins.refresh(token)
    assert not await refused(logins, again.token)


async def test_a_token_that_comes_twice_ends_the_login_for_everyone(store: Store, logins: Logins, clock: Clock) -> None:
    stolen = (await begun(store, logins)).token
    honest = await logins.refresh(stolen)
    clock.time += GRACE + 1
    assert await refused(logins, stolen)
    assert await refused(logins, honest.token)


async def test_it_ends_at_its_time(store: Store, logins: Logins, clock: Clock) -> None:
    token = (await begun(store, logins)).token
    clock.time += LIFETIME
    assert await refused(logins, token)
    await begun(store, logins)
    assert len(await store.rows("SELECT * FROM logins")) == 1
    assert len(await store.rows("SELECT * FROM refresh_tokens")) == 1


async def test_logged_out(store: Store, logins: Logins) -> None:
    token, other = (await begun(store, logins)).token, (await begun(store, logins)).token
    await logins.end(token)
    await logins.end("unknown")
    assert await refused(logins, token)
    assert not await refused(logins, other)


async def test_all_of_somebody(store: Store, logins: Logins) -> None:
    token = (await begun(store, logins)).token
    await logins.end_of("bob")
    assert not await refused(logins, token)
    other = (await begun(store, logins)).token
    await logins.end_of("ada")
    assert await refused(logins, other)


async def test_only_hashes_are_kept(store: Store, logins: Logins) -> None:
    token = (await begun(store, logins)).token
    rows = await store.rows("SELECT * FROM refresh_tokens")
    assert token not in str([dict(row) for row in rows])
    assert await refused(logins, str(rows[0]["id"]))
