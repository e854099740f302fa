"""People at a real browser decide on the calls of a real agent, look at what happened, and stop what must not go on."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.agent.session import Session
from tests.console.rig import Person, World, browsing, signed_in, soon, visitor, world
from tests.polling import until

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser for all
DEPLOY = "please deploy to prod [[say:shipped]]"
WORDS = "one two three four five six seven eight nine ten " * 20


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("console")) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browsing() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def grace(browser: Browser, gate: World) -> AsyncIterator[Person]:
    """A reviewer."""
    person = await signed_in(browser, gate, "grace")
    yield person
    await person.context.close()
    assert person.said == [], "nothing on any page broke a rule of its content security policy, or failed"


def agent(gate: World, folder: Path) -> Session:
    return Session(gate, folder)  # type: ignore[arg-type]


async def opened(page: Page, row: str) -> None:
    """A call by its own address: on a phone that is the call alone, on a desktop it is beside the others."""
    await page.click(row)
    await page.wait_for_url("**/approvals/*")
    await page.reload()


async def test_nobody_sees_anything_before_signing_in(gate: World, browser: Browser) -> None:
    person = await visitor(browser, gate, "grace")
    for path in ("/", "/live", "/sessions", "/policies", "/evidence", "/approvals", "/stop"):
        await person.goes(path)
        assert await person.page.locator("[data-person]").count() == 0, path
    await person.goes("/sessions")
    await expect(person.page.locator("[data-sign-in]")).to_be_visible()
    await person.keeps("sign-in")
    await person.signs_in()
    assert person.page.url == f"{gate.console}/sessions", "and then comes to where the link led"
    await person.page.click("[data-sign-out]")
    await person.goes("/sessions")
    await expect(person.page.locator("[data-sign-in]")).to_be_visible()
    assert person.said == []


async def test_a_held_call_is_approved_and_the_agent_finishes(gate: World, grace: Person, tmp_path: Path) -> None:
    page = grace.page
    async with agent(gate, tmp_path) as ada:
        telling = asyncio.ensure_future(ada.tell(DEPLOY))
        await opened(page, "[data-queue] [data-ticket] >> nth=0")
        await expect(page.locator("[data-why]")).to_contain_text("People look at deployments.")
        await expect(page.locator("[data-content] mark")).to_contain_text("deploy to prod")
        await grace.keeps("approval-waits")
        assert not telling.done(), "it waits"
        await page.fill("[data-rationale]", "the change is reviewed")
        await page.click("[data-answer=yes]")
        turn = await telling
        await expect(page.locator("[data-lately] [data-ticket]").first).to_be_visible()
        await grace.keeps("approval-approved")
    assert (turn.ok(), turn.text()) == (True, "shipped")


async def test_a_held_call_is_denied_and_the_agent_reads_why(gate: World, grace: Person, tmp_path: Path) -> None:
    page = grace.page
    async with agent(gate, tmp_path) as ada:
        telling = asyncio.ensure_future(ada.tell("please deploy to live [[say:shipped]]"))
        await opened(page, "[data-queue] [data-ticket] >> nth=0")
        await page.fill("[data-rationale]", "not on a Friday")
        await page.click("[data-answer=no]")
        turn = await telling
        await grace.keeps("approval-denied")
    assert not turn.ok()
    assert "grace" in turn.text()
    assert "not on a Friday" in turn.text()


async def test_a_held_tool_call_shows_what_would_run_and_what_came_before(
    gate: World, grace: Person, tmp_path: Path
) -> None:
    page, mail = grace.page, "ada.byron" + "@" + "mill.org"
    ls, rm = (f'[[tool:Bash {{"command": "{command}"}}]]' for command in (f"echo {mail}", "cd . && rm -rf data; ls"))
    async with agent(gate, tmp_path) as ada:
        telling = asyncio.ensure_future(
            ada.tell(f"tidy up [[say:I look first.]]{ls}[[then]][[say:Now the data.]]{rm}[[then]][[say:done]]")
        )
        await opened(page, "[data-queue] [data-ticket] >> nth=0")
        await expect(page.locator("[data-content] mark").first).to_have_text("rm -rf data")
        await expect(page.locator("[data-content] mark").last).to_have_text("destroys_data: rm -r data")
        before = page.locator("[data-before] li")
        await expect(before.first).to_contain_text("I look first.")
        await expect(before.last).to_contain_text("Now the data.")
        assert mail not in await page.content()
        await grace.keeps("approval-tool-call")
        await page.click("[data-answer=yes]")
        assert (await telling).ok()


async def test_nobody_decides_in_time(gate: World, grace: Person, tmp_path: Path) -> None:
    page = grace.page
    async with agent(gate, tmp_path) as ada:
        turn = await ada.tell("a fleeting thought [[say:gone]]")
    assert not turn.ok()
    assert "obody decided" in turn.text()
    await grace.goes("/approvals")
    await opened(page, "[data-lately] [data-ticket][data-state=expired] >> nth=0")
    await expect(page.locator("[data-outcome=expired]")).to_be_visible()
    await grace.keeps("approval-expired")


async def test_a_session_is_found_read_and_replayed(gate: World, grace: Person, tmp_path: Path) -> None:
    page = grace.page
    async with agent(gate, tmp_path) as ada:
        told = "My address is jo@example.com. Answer slowly. [[pace:0.5]][[say:Written to jo@example.com, "
        await ada.tell(f"{told}and much more was said, so that it takes a while to say it all.]]")
        await ada.tell('List it. [[tool:Bash {"command":"echo hi"}]] [[then]] [[say:it says hi]]')
        denied = await ada.tell("What is project Zephyr?")
    assert not denied.ok()
    await soon(page, f"{gate.console}/sessions?text=much+more+was+said", "[data-session]")
    await grace.keeps("sessions")
    await page.click("[data-session] >> nth=0")
    await expect(page.locator("[data-turn][data-verdict=deny] [data-say]").first).to_contain_text("Zephyr stays here.")
    await expect(page.locator("[data-timeline] .masked").first).to_be_visible()
    assert "jo@example.com" not in await page.inner_text("body")
    assert await page.locator("[data-tool]").count() >= 1
    await grace.keeps("session")
    await page.click("[data-replay]")
    await page.wait_for_selector("[data-player][data-ready=yes]")
    await page.wait_for_selector("[data-player][data-playing=yes]")
    masked = page.locator(".bubble .masked").first
    await expect(masked).to_have_attribute("title", "Rule mails")
    await page.click("[data-play]")
    await expect(page.locator("[data-player]")).to_have_attribute("data-playing", "no")
    moment = page.url.partition("#t=")[2]
    assert moment.isdigit()
    await page.click("[data-speed='4']")
    await expect(page.locator("[data-speed='4']")).to_have_attribute("aria-pressed", "true")
    await page.click("[data-speed='0']")
    await expect(page.locator("[data-note=refused]").last).to_contain_text("Zephyr stays here.")
    assert "jo@example.com" not in await page.inner_text("body")
    await grace.keeps("replay")
    whole = await page.locator("[data-stage] > li").count()
    replay = page.url.partition("#")[0]
    await page.goto("about:blank")
    await page.goto(f"{replay}#t={moment}")
    await page.wait_for_selector("[data-player][data-ready=yes]")
    assert await page.locator("[data-stage] > li").count() < whole, "a link to a moment shows that moment"
    await expect(page.locator("[data-player]")).not_to_have_attribute("data-playing", "yes")


async def test_stopped_in_the_middle_of_a_stream(gate: World, grace: Person, browser: Browser, tmp_path: Path) -> None:
    root = await signed_in(browser, gate, "root")
    page = root.page
    before = len(gate.received())
    async with agent(gate, tmp_path) as ada:
        telling = asyncio.ensure_future(ada.tell(f"count [[pace:0.2]] [[say:{WORDS}]]"))
        await until(lambda: len(gate.received()) > before, 60)
        await soon(page, f"{gate.console}/live", ".going")
        await root.keeps("live-going")
        await page.goto(f"{gate.console}/stop?target=subject&value=ada")
        await page.fill("[data-reason]", "a leak is suspected")
        await page.click("[data-go]")
        await root.keeps("stop-sure")
        await page.click("[data-confirm]")
        await expect(page.locator("[data-blocks] [data-block]")).to_have_count(1)
        await root.keeps("stop-in-force")
        turn = await asyncio.wait_for(telling, 60)
        assert not turn.ok()
        assert "a leak is suspected" in turn.text()
    await page.click("[data-lift]")
    await expect(page.locator("[data-blocks] [data-block]")).to_have_count(0)
    assert root.said == []


async def test_the_pages_over_the_record(gate: World, grace: Person, browser: Browser, tmp_path: Path) -> None:
    page = grace.page
    await grace.goes("/live")
    await page.wait_for_selector("[data-live].on")
    async with agent(gate, tmp_path) as ada:
        await ada.tell("hello there [[say:good morning]]")
        await ada.tell("What is project Zephyr?")
    await expect(page.locator(".call.fresh").first).to_be_visible(timeout=30_000)
    await grace.keeps("live")
    await soon(page, f"{gate.console}/", "[data-chart]")
    await expect(page.locator("[data-tile=Denied] .stat-value")).not_to_have_text("0")
    await grace.keeps("overview")
    await grace.goes("/policies")
    await expect(page.locator("[data-rule=mails]")).to_be_visible()
    await page.fill("#body", "write to jo@example.com about project zephyr")
    await page.fill("#groups", "engineering")
    await page.click("[data-explain] [data-go]")
    await expect(page.locator("[data-explained=deny]")).to_contain_text("no-zephyr")
    await page.fill("#body", "write to jo@example.com")
    await page.click("[data-explain] [data-go]")
    await expect(page.locator("[data-explained=mask] [data-passes] .masked").first).to_be_visible()
    await grace.keeps("policies")
    await grace.goes("/evidence")
    await expect(page.locator("[data-verify]")).to_be_disabled()
    olga = await signed_in(browser, gate, "olga")
    page = olga.page
    await olga.goes("/evidence")
    await page.click("[data-verify]")
    await expect(page.locator("[data-check] [data-state=good]")).to_be_visible(timeout=60_000)
    await expect(page.locator("[data-check]")).to_contain_text("nothing is missing")
    await olga.keeps("evidence")
    await olga.goes("/evidence/reports/denials")
    await expect(page.locator("[data-report]")).to_contain_text("no-zephyr")
    async with page.expect_download() as download:
        await page.click("[data-download=csv]")
    assert "no-zephyr" in Path(await (await download.value).path()).read_text()
    await olga.keeps("report")
    assert olga.said == []
