import asyncio
from dataclasses import replace

import jwt
import pytest

from sidecar.control.store.store import Store
from sidecar.control.tokens.keys import PUBLISHED_BEFORE, Keys, Rotation
from sidecar.control.tokens.sealing import Sealing
from sidecar.core.errors import ConfigurationError
from sidecar.settings.tokens import KeyKind
from tests.unit.control.tokens.rig import Clock

DAY = 86400.0
ROTATION = Rotation(KeyKind.ES256, 30 * DAY, 960.0)
SEALING = Sealing(b"s" * 32, "token.key")


def keys(store: Store, clock: Clock, rotation: Rotation = ROTATION, sealing: Sealing = SEALING) -> Keys:
    return Keys(store, sealing, rotation, clock)


async def published(made: Keys) -> list[str]:
    return [str(key["kid"]) for key in (await made.jwks())["keys"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", list(KeyKind))
async def test_what_is_signed_is_verified_by_what_is_published(store: Store, clock: Clock, kind: KeyKind) -> None:
    made = keys(store, clock, replace(ROTATION, kind=kind))
    token = (await made.signing()).sign({"sub": "ada"})
    jwks = await made.jwks()
    assert "d" not in jwks["keys"][0]  # type: ignore[index]
    key = jwt.PyJWKSet.from_dict(jwks)[jwt.get_unverified_header(token)["kid"]]
    assert jwt.decode(token, key, [kind.value]) == {"sub": "ada"}


async def test_a_key_is_published_before_it_signs_and_until_its_last_token_died(store: Store, clock: Clock) -> None:
    made = keys(store, clock)
    (old,) = await published(made)
    clock.time += ROTATION.every - PUBLISHED_BEFORE - 1
    assert await published(made) == [old]
    clock.time += 1
    both = await published(made)
    assert (len(both), (await made.signing()).id) == (2, old)
    clock.time += PUBLISHED_BEFORE - 1
    assert (await made.signing()).id == old
    clock.time += 1
    assert (await made.signing()).id == both[1]
    clock.time += ROTATION.outlive - 1
    assert await published(made) == both
    clock.time += 1
    assert await published(made) == both[1:]


async def test_after_a_long_sleep_there_is_a_key_that_gates_know(store: Store, clock: Clock) -> None:
    made = keys(store, clock)
    (old,) = await published(made)
    clock.time += 100 * ROTATION.every
    assert (await made.signing()).id == old
    assert len(await published(made)) == 2


async def test_replicas_agree(store: Store, clock: Clock) -> None:
    replicas = [keys(store, clock) for _ in range(5)]
    signing = await asyncio.gather(*(one.signing() for one in replicas))
    assert len({key.id for key in signing}) == 1
    clock.time += ROTATION.every
    sets = await asyncio.gather(*(published(one) for one in replicas))
    assert {tuple(one) for one in sets} == {tuple(sets[0])}
    assert len(sets[0]) == 2


async def test_another_algorithm_begins_like_another_key(store: Store, clock: Clock) -> None:
    await keys(store, clock).signing()
    made = keys(store, clock, replace(ROTATION, kind=KeyKind.EDDSA))
    assert (await made.signing()).algorithm == "ES256"
    clock.time += PUBLISHED_BEFORE
    assert (await made.signing()).algorithm == "EdDSA"
    assert len(await published(made)) == 2


async def test_a_replica_whose_clock_is_behind(store: Store, clock: Clock) -> None:
    ahead = Clock()
    ahead.time += 300
    first = await keys(store, ahead).signing()
    assert (await keys(store, clock).signing()).id == first.id


async def test_the_database_alone_signs_nothing(store: Store, clock: Clock) -> None:
    await keys(store, clock).signing()
    rows = await store.rows("SELECT * FROM signing_keys")
    assert "PRIVATE" not in str(rows[0])
    with pytest.raises(ConfigurationError, match="not the key"):
        await keys(store, clock, sealing=Sealing(b"x" * 32, "token.key")).signing()
