"""The page of deliveries: what it shows, who may send again, and that nothing in it is obeyed."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from sidecar.control.notify import rows
from sidecar.control.notify.deliveries import Deliveries
from sidecar.control.notify.news import text
from sidecar.control.notify.rows import Row, State
from sidecar.control.store.store import Store
from sidecar.control.web.pages.notifications import Notifications, line
from sidecar.settings.notify import Occasion
from tests.unit.control.notify.told import evil, news, route
from tests.unit.control.web.rig import Rig, rig

XSS = "<script>alert(1)</script>\x1b\u202e"
ROW = Row("nt_1", "ops", "slack", Occasion.OPENED, "tk_1", text(news()), 10.0, 10.0, 1_000.0)
DEAD = replace(ROW, state=State.DEAD, tries=30, ended=900.0, said="503 Service Unavailable")
HELD, FAILING = replace(ROW, tries=1, holder="a"), replace(ROW, tries=2, due=50.0)
WORDS = (
    ("arrived", replace(ROW, state=State.DELIVERED), "Delivered", False),
    ("nobody took it", DEAD, "Dead letter", True),
    ("overtaken", replace(ROW, state=State.DROPPED), "Overtaken", False),
    ("not tried yet", ROW, "Sending", False),
    ("on its way", HELD, "Sending", False),
    ("a reminder", replace(ROW, due=99.0), "Later", False),
    ("it rests", FAILING, "Failing", True),
)


@pytest.mark.parametrize(("note", "row", "word", "again"), WORDS, ids=[one[0] for one in WORDS])
def test_how_it_stands(note: str, row: Row, word: str, again: bool) -> None:
    shown = line(row, 20.0)
    assert (shown.word, shown.again) == (word, again)


def test_where_it_leads() -> None:
    assert line(ROW, 0.0).title == "A call waits for you: Bash for dev"
    assert line(replace(ROW, occasion="of a newer version", news="{}"), 0.0).title == "of a newer version"
    assert line(ROW, 0.0).link == "/approvals/tk_1"
    assert line(replace(ROW, occasion=Occasion.LIFTED), 0.0).link == "/stop"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Rig]:
    store = await Store.open(f"sqlite:///{tmp_path}/control.sqlite")
    made = rig(store)
    routes = (route("ops", rules=("a",), approvers=("sre",)), route("books"))
    pages = Notifications(Deliveries(store, made.trail, made.clock), routes, made.clock)
    made.parts = replace(made.parts, routes=pages.routes())
    yield made
    await made.close()
    await store.close()


async def put(desk: Rig, *some: Row) -> None:
    async with desk.parts.store.transaction() as transaction:
        await rows.insert(transaction, some)


async def test_nothing_yet(desk: Rig) -> None:
    page = await (await desk.signed_in()).get("/notifications")
    assert page.status_code == 200
    assert "Nothing here" in page.text
    assert page.text.count("data-destination=") == 2
    assert "No dead letters" in (await (await desk.signed_in()).get("/notifications?show=dead")).text


async def test_deliveries(desk: Rig) -> None:
    await put(desk, DEAD, replace(ROW, id="nt_2", state=State.DELIVERED, said="200 OK", made=20.0))
    viewer, root = await desk.signed_in("v", ["everyone"]), await desk.signed_in("root", ["admins"])
    page = (await viewer.get("/notifications")).text
    assert page.index("nt_2") < page.index("nt_1"), "the latest first"
    assert "503 Service Unavailable" in page
    assert "data-retry" not in page
    assert (await root.get("/notifications")).text.count("data-retry") == 1
    assert "nt_2" not in (await root.get("/notifications?show=dead")).text
    assert "nt_1" not in (await root.get("/notifications?to=books")).text


async def test_sent_again_by_an_admin(desk: Rig) -> None:
    await put(desk, DEAD)
    viewer, root = await desk.signed_in("v", ["reviewers"]), await desk.signed_in("root", ["admins"])
    assert (await viewer.post("/notifications/nt_1/retry")).status_code == 403
    done = await root.post("/notifications/nt_1/retry")
    assert (done.status_code, done.headers["location"]) == (303, "/notifications")
    assert desk.trail.of("notified")[0]["by"] == "company/root"
    assert (await root.post("/notifications/nt_1/retry")).status_code == 409
    assert (await root.post("/notifications/nt_9/retry")).status_code == 404


async def test_not_from_another_site(desk: Rig) -> None:
    await put(desk, DEAD)
    root = await desk.signed_in("root", ["admins"])
    answer = await root.post("/notifications/nt_1/retry", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert desk.trail.of("notified") == []


async def test_pages(desk: Rig) -> None:
    await put(desk, *(replace(DEAD, id=f"nt_{number:03}", made=float(number)) for number in range(60)))
    grace = await desk.signed_in()
    first = (await grace.get("/notifications?show=dead&to=ops")).text
    assert (first.count("data-delivery="), 'data-delivery="nt_059"' in first) == (50, True)
    older = first.split('" data-older')[0].rpartition('href="')[2].replace("&amp;", "&")
    assert "show=dead&to=ops" in older
    second = (await grace.get(older)).text
    assert (second.count("data-delivery="), 'data-delivery="nt_000"' in second) == (10, True)
    assert "data-older" not in second


async def test_nothing_in_it_is_obeyed(desk: Rig) -> None:
    await put(desk, replace(DEAD, about="x", said=XSS, route=XSS, news=text(news(of=evil()))))
    await put(desk, replace(DEAD, id="nt_2", occasion=XSS, news=XSS))
    page = (await (await desk.signed_in()).get("/notifications", params={"to": XSS, "show": XSS, "after": XSS})).text
    listed = (await (await desk.signed_in()).get("/notifications")).text
    for shown in (page, listed):
        assert "<script>alert" not in shown
        assert "\x1b" not in shown
        assert "U+202E" in shown
