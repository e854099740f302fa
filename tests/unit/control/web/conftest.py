"""`desk`: the whole console over a store of each kind; `laptop`: over SQLite alone, where the store does not matter."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sidecar.control.store.store import Store
from tests.unit.control.web.rig import Rig, rig


@pytest.fixture
async def desk(store: Store) -> AsyncIterator[Rig]:
    made = rig(store)
    yield made
    await made.close()


@pytest.fixture
async def laptop(tmp_path: Path) -> AsyncIterator[Rig]:
    store = await Store.open(f"sqlite:///{tmp_path}/control.sqlite")
    made = rig(store)
    yield made
    await made.close()
    await store.close()
