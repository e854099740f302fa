import pytest

from sidecar.control.person import Person
from sidecar.control.store.store import Store
from sidecar.control.tokens.device import LASTS, LETTERS, MOST_WAITING, PAUSE, Devices, Started, Waiting, plain
from sidecar.control.tokens.proven import Proven
from sidecar.control.tokens.refusal import Error, TokenRefused
from tests.unit.control.tokens.rig import Clock

ADA = Person("ada", "company", frozenset({"eng", "sre"}))


@pytest.fixture
def devices(store: Store, clock: Clock) -> Devices:
    return Devices(store, clock)


async def take(store: Store, devices: Devices, started: Started) -> Proven:
    async with store.transaction() as transaction:
        return await devices.take(transaction, started.code)


async def error(store: Store, devices: Devices, started: Started) -> Error:
    try:
        await take(store, devices, started)
    except TokenRefused as refused:
        return refused.error
    except Waiting as waiting:
        return (await devices.asked(started.code, waiting)).error
    raise AssertionError("it was let in")


async def test_a_person_lets_it_in_once(store: Store, devices: Devices, clock: Clock) -> None:
    started = await devices.start("laptop")
    assert await error(store, devices, started) is Error.PENDING
    assert await devices.named(started.user_code.lower().replace("-", " ")) == "laptop"
    await devices.decide(started.user_code, ADA, yes=True)
    proven = await take(store, devices, started)
    assert (proven.subject, proven.source, proven.groups) == ("ada", "company", ("eng", "sre"))
    assert await error(store, devices, started) is Error.EXPIRED


async def test_a_person_turns_it_away(store: Store, devices: Devices) -> None:
    started = await devices.start("laptop")
    await devices.decide(started.user_code, ADA, yes=False)
    assert await error(store, devices, started) is Error.ACCESS_DENIED
    with pytest.raises(TokenRefused):
        await devices.decide(started.user_code, ADA, yes=True)


async def test_codes_end(store: Store, devices: Devices, clock: Clock) -> None:
    started = await devices.start("laptop")
    clock.time += LASTS
    assert await devices.named(started.user_code) is None
    with pytest.raises(TokenRefused, match="may have expired"):
        await devices.decide(started.user_code, ADA, yes=True)
    assert await error(store, devices, started) is Error.EXPIRED


async def test_an_allowed_code_that_nobody_fetched_ends_too(store: Store, devices: Devices, clock: Clock) -> None:
    started = await devices.start("laptop")
    await devices.decide(started.user_code, ADA, yes=True)
    clock.time += LASTS
    assert await error(store, devices, started) is Error.EXPIRED


async def test_who_asks_too_often_waits_longer(store: Store, devices: Devices, clock: Clock) -> None:
    started = await devices.start("laptop")
    assert await error(store, devices, started) is Error.PENDING
    clock.time += 1
    assert await error(store, devices, started) is Error.SLOW_DOWN
    clock.time += PAUSE
    assert await error(store, devices, started) is Error.SLOW_DOWN
    clock.time += 3 * PAUSE
    assert await error(store, devices, started) is Error.PENDING


@pytest.mark.parametrize("code", ["", "BCDF-GHJK", "' OR 1=1 --", "x" * 10_000])
async def test_codes_that_are_made_up(devices: Devices, store: Store, code: str) -> None:
    await devices.start("laptop")
    assert await devices.named(code) is None
    with pytest.raises(TokenRefused):
        await devices.decide(code, ADA, yes=True)
    with pytest.raises(TokenRefused):
        async with store.transaction() as transaction:
            await devices.take(transaction, code)


async def test_only_hashes_are_kept_and_names_are_cleaned(store: Store, devices: Devices) -> None:
    started = await devices.start("lap\x1b[2Jtop" + "x" * 500)
    (row,) = await store.rows("SELECT * FROM device_logins")
    assert started.code not in str(dict(row))
    assert plain(started.user_code) not in str(dict(row))
    assert "\x1b" not in str(row["device"])
    assert len(str(row["device"])) == 100
    assert set(plain(started.user_code)) <= set(LETTERS)


async def test_the_table_does_not_fill(store: Store, devices: Devices, clock: Clock) -> None:
    async with store.transaction() as transaction:
        await transaction.do(
            "INSERT INTO device_logins (code, user_code, state, device, expires, asked, pause) WITH RECURSIVE n(i) AS "
            "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "SELECT 'c' || i, 'u' || i, 'waiting', '', ?, 0, 5 FROM n",
            MOST_WAITING,
            clock() + 60,
        )
    with pytest.raises(TokenRefused, match="Too many devices"):
        await devices.start("one more")
    clock.time += 60 + LASTS + 1
    assert (await devices.start("one more")).code
