"""When the provider is asked for somebody's groups again, and what follows from its answer."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sidecar.control.store.store import Store
from sidecar.control.web.parts import READ_FRESH
from sidecar.control.web.relying import ProviderAway, SignedIn, SignInFailed
from sidecar.control.web.renewing import FRESH, Renewing
from sidecar.control.web.session import LASTS, LOCAL, Session
from tests.unit.control.web.rig import PAGE, Rig, rig


class Provider:
    """Answers when it is told to."""

    name = "company"

    def __init__(self) -> None:
        self.answer: SignedIn | Exception = SignedIn("grace", frozenset({"everyone"}), "refresh-2")
        self.asked: list[str] = []
        self.may = asyncio.Event()
        self.may.set()

    async def renew(self, renewal: str) -> SignedIn:
        self.asked.append(renewal)
        await self.may.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
async def desk(tmp_path: Path, provider: Provider) -> AsyncIterator[Rig]:
    store = await Store.open(f"sqlite:///{tmp_path}/control.sqlite")
    made = rig(store, relying=provider)
    yield made
    await made.close()
    await store.close()


async def grace(desk: Rig, renewal: str | None = "refresh-1", source: str = "company") -> Session:
    return await desk.parts.sessions.begin("grace", source, frozenset({"reviewers"}), renewal)


async def settled(renewing: Renewing) -> None:
    await asyncio.gather(*renewing._beside)


async def groups(desk: Rig, session: Session) -> frozenset[str] | None:
    found = await desk.parts.sessions.find(session.cookie)
    return found.groups if found else None


async def test_reading_asks_beside_the_request(desk: Rig, provider: Provider) -> None:
    """The page does not wait for the provider; what it says counts from the next page on."""
    session = await grace(desk)
    browser = desk.browser({"gatehouse": session.cookie}, **PAGE)
    desk.clock.now += READ_FRESH
    provider.may.clear()
    provider.answer = SignedIn("grace", frozenset(), "refresh-2")
    for _ in range(3):
        assert (await browser.get("/approvals")).status_code == 200
    provider.may.set()
    async with asyncio.timeout(5):
        while (await browser.get("/approvals")).status_code == 200:
            await asyncio.sleep(0)
    assert (await browser.get("/approvals")).status_code == 403, "taken out of every group"
    assert provider.asked == ["refresh-1"]


@pytest.mark.parametrize(
    ("note", "age", "renewal", "source", "times"),
    [
        ("young enough", READ_FRESH - 1, "r", "company", 0),
        ("old", READ_FRESH, "r", "company", 1),
        ("nothing to ask with", READ_FRESH, None, "company", 0),
        ("the owner of this machine", READ_FRESH, "r", LOCAL, 0),
    ],
)
async def test_when(
    desk: Rig, provider: Provider, note: str, age: float, renewal: str | None, source: str, times: int
) -> None:
    renewing, session = Renewing(desk.parts), await grace(desk, renewal, source)
    desk.clock.now += age
    renewing.soon(session)
    await settled(renewing)
    assert len(provider.asked) == times, note


async def test_a_provider_that_is_away_is_asked_seldom_and_ends_nothing(desk: Rig, provider: Provider) -> None:
    renewing, session = Renewing(desk.parts), await grace(desk)
    provider.answer = ProviderAway("away")
    desk.clock.now += READ_FRESH
    for _ in range(5):
        renewing.soon(session)
        await settled(renewing)
        desk.clock.now += READ_FRESH / 5
    assert len(provider.asked) == 1
    renewing.soon(session)
    await settled(renewing)
    assert len(provider.asked) == 2
    assert await groups(desk, session) == {"reviewers"}
    with pytest.raises(ProviderAway):
        await renewing.fresh(session)
    desk.clock.now += LASTS
    assert await groups(desk, session) is None, "not beyond the session's end"


@pytest.mark.parametrize(
    ("note", "answer", "left"),
    [
        ("other groups", SignedIn("grace", frozenset({"everyone"}), "refresh-2"), {"everyone"}),
        ("nobody", SignInFailed("no"), None),
        ("somebody else", SignedIn("ada", frozenset({"reviewers"})), None),
    ],
)
async def test_what_it_says_counts(
    desk: Rig, provider: Provider, note: str, answer: SignedIn | Exception, left: set[str] | None
) -> None:
    renewing, session = Renewing(desk.parts), await grace(desk)
    provider.answer = answer
    desk.clock.now += READ_FRESH
    renewing.soon(session)
    await settled(renewing)
    assert await groups(desk, session) == left, note


async def test_one_slow_answer_holds_nobody_else_up(desk: Rig, provider: Provider) -> None:
    renewing, slow, other = Renewing(desk.parts), await grace(desk), await grace(desk, "other")
    desk.clock.now += FRESH
    provider.may.clear()
    first = asyncio.create_task(renewing.fresh(slow))
    second = asyncio.create_task(renewing.fresh(slow))
    third = asyncio.create_task(renewing.fresh(other))
    async with asyncio.timeout(5):
        while len(provider.asked) < 2:
            await asyncio.sleep(0)
    assert sorted(provider.asked) == ["other", "refresh-1"]
    provider.may.set()
    found = await asyncio.gather(first, second, third)
    assert [one.groups for one in found if one] == [{"everyone"}] * 3
    assert len(provider.asked) == 2, "whoever waited found them renewed"
