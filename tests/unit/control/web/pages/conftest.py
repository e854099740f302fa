"""`shown`: the console with pages over a record that answers in the test."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from sidecar.control.store.store import Store
from sidecar.control.web.pages import record
from tests.unit.control.web.answering import Answering
from tests.unit.control.web.rig import Rig, rig


@dataclass
class Shown:
    rig: Rig
    record: Answering
    browser: httpx.AsyncClient

    async def page(self, path: str, status: int = 200) -> str:
        answer = await self.browser.get(path)
        assert answer.status_code == status, answer.text[:500]
        return answer.text


@pytest.fixture
async def shown(tmp_path: Path) -> AsyncIterator[Shown]:
    store = await Store.open(f"sqlite:///{tmp_path}/control.sqlite")
    made, answering = rig(store), Answering()
    made.parts = replace(made.parts, routes=record.routes(made.parts, answering))
    yield Shown(made, answering, await made.owner())
    await made.close()
    await store.close()
