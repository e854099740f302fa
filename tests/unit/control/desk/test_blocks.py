"""Blocks over both databases: in force at once, told to all, in the trail first."""

import asyncio

import pytest

from sidecar.control.desk.blocks import BLOCKS, Blocks, NoSuchBlock
from sidecar.control.store.store import Store
from sidecar.core.errors import RecordingFailed
from sidecar.core.model.block import Target
from tests.people import Clock, Kept


async def test_put_and_lifted(store: Store) -> None:
    trail = Kept()
    blocks = Blocks(store, trail, clock=Clock())
    assert (await blocks.in_force()).version == 0
    one = await blocks.put(Target.SESSION, "s1", "It ran wild.", "company/ann")
    two = await blocks.put(Target.SUBJECT, "dev", "Gone.", "company/ann", before=900.0)
    assert await blocks.all() == tuple(sorted((one, two), key=lambda block: block.id))
    assert (await blocks.in_force()).version == 2
    assert await blocks.lift(one.id, "company/ben") == one
    assert (await blocks.in_force()).version == 3
    assert await blocks.all() == (two,)
    standing = await blocks.standing()
    assert [(one.block.id, one.by, one.lifted_by) for one in standing] == [
        (two.id, "company/ann", None),
        (one.id, "company/ann", "company/ben"),
    ]
    assert [(kind, fact["block"], fact["by"]) for kind, fact in trail.facts] == [
        ("blocked", one.id, "company/ann"),
        ("blocked", two.id, "company/ann"),
        ("lifted", one.id, "company/ben"),
    ]


async def test_the_same_again_is_the_one_that_stands(store: Store) -> None:
    blocks = Blocks(store, Kept(), clock=Clock())
    one = await blocks.put(Target.ALL, "", "Stop.", "a")
    assert await blocks.put(Target.ALL, "", "Stop again.", "b") == one
    await blocks.lift(one.id, "a")
    assert (await blocks.put(Target.ALL, "", "Stop.", "a")).id != one.id


async def test_what_cannot_be_recorded_does_not_happen(store: Store) -> None:
    trail = Kept()
    blocks = Blocks(store, trail, clock=Clock())
    one = await blocks.put(Target.AGENT, "x", "Stop.", "a")
    trail.broken = True
    with pytest.raises(RecordingFailed):
        await blocks.put(Target.AGENT, "y", "Stop.", "a")
    with pytest.raises(RecordingFailed):
        await blocks.lift(one.id, "a")
    assert await blocks.all() == (one,)
    assert (await blocks.in_force()).version == 1


async def test_lifted_once(store: Store) -> None:
    blocks = Blocks(store, Kept(), clock=Clock())
    one = await blocks.put(Target.CONNECTION, "claude", "Stop.", "a")
    await blocks.lift(one.id, "a")
    for name in (one.id, "bl_x"):
        with pytest.raises(NoSuchBlock, match=name):
            await blocks.lift(name, "a")


async def test_the_other_replica_hears(dsn: str) -> None:
    near, far = await Store.open(dsn), await Store.open(dsn)
    heard = await far.listen(BLOCKS)
    one = await Blocks(near, Kept(), clock=Clock()).put(Target.TOKEN, "ab", "Stop.", "a")
    async with asyncio.timeout(2):
        assert await anext(heard) == one.id
    assert await Blocks(far, Kept()).all() == (one,)
    await near.close()
    await far.close()
