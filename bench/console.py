"""The console's pages over a record of a million exchanges: how long each takes, from the request to its last byte.

Strategy: the whole web side in this process over a real local ClickHouse; the database fills itself. Every page is
asked a few times, the first time apart: that is what a person waits who comes first.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import httpx

from bench.console_record import fill
from bench.rig.measure import Scale
from sidecar.control.desk.blocks import Blocks
from sidecar.control.desk.tickets import Tickets
from sidecar.control.store.store import Store
from sidecar.control.web.app import app
from sidecar.control.web.pages import record
from sidecar.control.web.parts import Parts
from sidecar.control.web.session import LOCAL
from sidecar.processes.console_questions import RecordQuestions
from sidecar.record.clickhouse.place import Place, connected
from sidecar.record.clickhouse.schema import migrate
from sidecar.record.reports.saved import reports
from sidecar.settings.load import load
from tests.clickhouse_server import clickhouse
from tests.people import Kept

EXCHANGES, SMALL = 1_000_000, 2_000
TIMES = 7
URL = "http://127.0.0.1:15090"
PAGES = {
    "overview, 24 hours": "/?range=24h",
    "overview, 7 days": "/?range=7d",
    "overview, 30 days": "/?range=30d",
    "live": "/live",
    "live, denied": "/live?verdict=deny",
    "sessions": "/sessions",
    "sessions, of a caller, denied": "/sessions?verdict=deny&caller=ada",
    "session": "/sessions/{session}",
    "replay": "/sessions/{session}/frames",
    "policies, 30 days": "/policies?range=30d",
    "evidence": "/evidence",
    "report: denials, 30 days": "/evidence/reports/denials",
    # The page comes without its rows, and asks for them.
    **{f"rows of {one.name}": f"/evidence/reports/{one.name}?part=rows" for one in reports()},
}
CONFIG = "policies: [p.yaml]\ndevelopment: {{identity: true}}\nrecord: {{clickhouse: '{url}/gatehouse'}}\n"


def measure(scale: Scale) -> Mapping[str, object]:
    exchanges = scale.pick(EXCHANGES, SMALL)
    with tempfile.TemporaryDirectory(prefix="gatehouse-bench-") as name, clickhouse(Path(name) / "data") as server:
        folder = Path(name)
        with connected(Place(f"{server.url}/gatehouse"), create=True) as client:
            migrate(client, Place(f"{server.url}/gatehouse"))
            stored = fill(client, exchanges, f"{datetime.now(UTC):%F %T}")
            client.command("INSERT INTO prices VALUES (1, 0, 'claude-%', 3, 15, 0.3, 3.75)")
            session = client.query("SELECT session FROM session_facts LIMIT 1 OFFSET 100").result_rows[0][0]
        (folder / "p.yaml").write_text("policy: p\napplies: {}\n")
        (folder / "gatehouse.yaml").write_text(CONFIG.format(url=server.url))
        return {"events": stored, "exchanges": exchanges, **asyncio.run(_pages(folder, session, scale.pick(TIMES, 1)))}


async def _pages(folder: Path, session: str, times: int) -> Mapping[str, object]:
    settings = load(folder / "gatehouse.yaml")
    questions = RecordQuestions(settings)
    store = await Store.open(f"sqlite://{folder}/control.sqlite")
    trail = Kept()
    parts = Parts(url=URL, store=store, tickets=Tickets(store, trail), blocks=Blocks(store, trail), trail=trail)
    object.__setattr__(parts, "routes", record.routes(parts, questions))
    cookie = (await parts.sessions.begin("local developer", LOCAL)).cookie
    transport = httpx.ASGITransport(app(parts))
    figures: dict[str, object] = {}
    async with httpx.AsyncClient(transport=transport, base_url=URL, cookies={"gatehouse": cookie}) as browser:
        began = time.perf_counter()
        await browser.get("/", headers={"accept": "text/html"})
        figures["hours_counted_first_seconds"] = round(time.perf_counter() - began, 1)
        for name, path in PAGES.items():
            figures[name] = await _times(browser, path.format(session=session), times)
    await questions.close()
    await store.close()
    return figures


async def _times(browser: httpx.AsyncClient, path: str, times: int) -> Mapping[str, float]:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        answer = await browser.get(path, headers={"accept": "text/html"})
        answer.raise_for_status()
        taken.append(1000 * (time.perf_counter() - began))
    ordered = sorted(taken)
    return {
        "first_ms": round(taken[0], 1),
        "median_ms": round(statistics.median(ordered), 1),
        "slowest_ms": round(ordered[-1], 1),
    }
