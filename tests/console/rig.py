"""The whole gate with people in front of it: `gatehouse up`, a sign-in provider, a simulated model, and a real browser.

Rules: what a person would see is looked at, and kept as pictures in `artefacts` (or where GATEHOUSE_ARTEFACTS says).
"""

import asyncio
import os
import secrets
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright

from sidecar.simulator.provider import Options as ProviderOptions
from sidecar.simulator.provider_serve import provide
from sidecar.simulator.recording import Received, read_recording
from sidecar.simulator.serve import Options, Running, start
from tests.gate import PROGRAM, free_ports, running

CHROMIUM = "/usr/bin/chromium"
ARTEFACTS = Path(os.environ.get("GATEHOUSE_ARTEFACTS", Path(__file__).with_name("artefacts")))
VIEWS = {"desktop": (1280, 900), "phone": (390, 844)}
WITHIN = 30_000  # milliseconds; a busy machine is slow
POLICY = """
policy: agents
applies: {}
rules:
  - {id: deploys, match: {regex: 'deploy to (prod|live)'}, do: hold, approvers: [reviewers], timeout: 5m,
     say: "People look at deployments."}
  - {id: destroys, effect: [destroys_data], do: hold, approvers: [reviewers], say: "People look at what is destroyed."}
  - {id: brief, match: {keywords: [fleeting]}, do: hold, approvers: [reviewers], timeout: 5s}
  - {id: no-zephyr, where: [prompt], match: {regex: '(?i)project\\s+zephyr'}, do: deny, say: "Zephyr stays here."}
  - {id: mails, detect: [pii/email], do: mask, how: token}
"""
CONFIG = """
listen: {{address: 127.0.0.1, port: {gate}}}
metrics: {{port: {metrics}}}
envoy: {{admin_port: {admin}, drain: 1s}}
development: {{identity: true}}
connections:
  - {{name: claude, kind: claude, url: "{model}", credential: {{header: x-api-key, from: {{file: upstream.key}}}}}}
policies: [policy.yaml]
identity:
  exchange:
    from: [{{name: company, kind: oidc, issuer: "{provider}", audiences: [console], groups: [groups]}}]
record:
  clickhouse: "http://127.0.0.1:{database}/gatehouse"
  anchors: [{{file: anchor/checkpoints.jsonl}}]
  checkpoints: {{events: 20}}
control:
  url: "http://127.0.0.1:{console}"
  listen: {{port: {console}}}
  gates: {{port: {link}}}
  sign_in: {{provider: company, client_id: console}}
  roles: {{viewer: [engineering], reviewer: [reviewers], auditor: [auditors], admin: [admins]}}
"""


@dataclass(frozen=True, slots=True)
class World:
    """`base_url` and `token` are what an agent is given; `console` is where people go."""

    base_url: str
    token: str
    console: str
    folder: Path
    simulator: Running
    record: Path = field(default=Path())

    def received(self) -> list[Received]:
        return read_recording(self.record)

    def gatehouse(self, *argv: str) -> str:
        command = (*PROGRAM, *argv, "--config", str(self.folder / "gatehouse.yaml"))
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=90).stdout.strip()


@contextmanager
def world(folder: Path) -> Iterator[World]:
    names = ("gate", "metrics", "admin", "console", "link", "database")
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    key = secrets.token_hex(16)
    options = Options(record=folder / "received.jsonl", api_key=key)
    with start(options) as simulator, provide(ProviderOptions(clients={"console": None})) as provider:
        (folder / "upstream.key").write_text(key)
        (folder / "policy.yaml").write_text(POLICY)
        written = CONFIG.format(model=simulator.url, provider=provider.url, **ports)
        (folder / "gatehouse.yaml").write_text(written)
        with running(folder):
            made = World(
                f"http://127.0.0.1:{ports['gate']}", "", f"http://127.0.0.1:{ports['console']}", folder, simulator
            )
            token = made.gatehouse("token", "mint", "--subject", "ada", "--group", "engineering")
            yield World(made.base_url, token, made.console, folder, simulator, folder / "received.jsonl")


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Person:
    """Someone at a browser of their own. `said`: what its console complained of."""

    name: str
    page: Page
    context: BrowserContext
    console: str
    said: list[str] = field(default_factory=list)

    def hears(self, message: ConsoleMessage) -> None:
        """What the provider's pages lack (an icon) is no matter of ours."""
        if message.type == "error" and message.location["url"].startswith(self.console):
            self.said.append(f"{message.location['url']}: {message.text}")

    async def goes(self, path: str) -> None:
        await self.page.goto(f"{self.console}{path}")

    async def signs_in(self) -> None:
        """Through the provider's own page, as a person does."""
        await self.page.click("[data-sign-in]")
        await self.page.click(f'[data-user="{self.name}"]')
        await self.page.wait_for_selector("[data-person]")

    async def keeps(self, name: str) -> None:
        """The page as it is, at both widths, light and dark."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        for view, (width, height) in VIEWS.items():
            await self.page.set_viewport_size({"width": width, "height": height})
            for scheme in ("light", "dark"):
                await self.page.emulate_media(color_scheme=scheme)
                await self.page.evaluate("scrollTo(0, 0)")
                picture = ARTEFACTS / f"{name}-{view}-{scheme}.png"
                await self.page.screenshot(path=picture, full_page=True, animations="disabled")
            wide = "document.documentElement.scrollWidth - innerWidth"
            assert await self.page.evaluate(wide) <= 0, f"{name}: wider than a {view}"
        width, height = VIEWS["desktop"]
        await self.page.set_viewport_size({"width": width, "height": height})
        await self.page.emulate_media(color_scheme="light")


async def visitor(browser: Browser, world: World, name: str) -> Person:
    """Somebody who did not sign in yet."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(WITHIN)
    page = await context.new_page()
    person = Person(name, page, context, world.console)
    page.on("pageerror", lambda error: person.said.append(str(error)))
    page.on("console", person.hears)
    return person


async def signed_in(browser: Browser, world: World, name: str) -> Person:
    person = await visitor(browser, world, name)
    await person.goes("/approvals")
    await person.signs_in()
    return person


async def soon(page: Page, path: str, selector: str, within: float = 30.0) -> None:
    """Load a page again until it shows something: the record takes a second to arrive."""
    deadline = time.monotonic() + within
    while True:
        await page.goto(path)
        if await page.locator(selector).count() or time.monotonic() > deadline:
            break
        await asyncio.sleep(0.5)
    await page.locator(selector).first.wait_for(timeout=1000)
