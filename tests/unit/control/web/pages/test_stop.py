"""The kill switch."""

import pytest

from sidecar.core.model.block import Target
from tests.unit.control.web.rig import Rig

XSS = "<script>alert(1)</script>\x1b\u202e"
FORM = {"target": "session", "value": "s-1", "reason": "It runs in circles."}


async def test_asked_then_done(desk: Rig) -> None:
    grace = await desk.signed_in()
    question = await grace.post("/stop", data=FORM)
    assert (question.status_code, "data-sure" in question.text) == (200, True)
    assert "Stop this session?" in question.text
    assert await desk.parts.blocks.all() == ()
    done = await grace.post("/stop", data={**FORM, "sure": "yes"})
    assert (done.status_code, done.headers["location"]) == (303, "/stop")
    (block,) = await desk.parts.blocks.all()
    assert (block.target, block.value, block.reason) == (Target.SESSION, "s-1", "It runs in circles.")
    assert desk.trail.of("blocked")[0]["by"] == "company/grace"


async def test_lifted_by_an_admin(desk: Rig) -> None:
    block = await desk.parts.blocks.put(Target.AGENT, "crawler", "loops", "x")
    grace, root = await desk.signed_in(), await desk.signed_in("root", ["admins"])
    assert "data-lift" not in (await grace.get("/stop")).text
    assert "data-lift" in (await root.get("/stop")).text
    assert (await grace.post(f"/stop/{block.id}/lift")).status_code == 403
    assert (await root.post(f"/stop/{block.id}/lift")).status_code == 303
    assert await desk.parts.blocks.all() == ()
    assert "Lifted lately (1)" in (await root.get("/stop")).text
    assert (await root.post(f"/stop/{block.id}/lift")).status_code == 404


async def test_everything(laptop: Rig) -> None:
    root = await laptop.signed_in("root", ["admins"])
    assert "Stop everything?" in (await root.post("/stop", data={"target": "all", "reason": "r", "value": "x"})).text
    await root.post("/stop", data={"target": "all", "reason": "r", "value": "x", "sure": "yes"})
    assert [block.value for block in await laptop.parts.blocks.all()] == [""]


@pytest.mark.parametrize(
    "form",
    [
        {**FORM, "value": " "},
        {**FORM, "reason": ""},
        {**FORM, "reason": "x" * 501},
        {**FORM, "value": "x" * 501},
        {**FORM, "target": "token"},
        {**FORM, "target": "nonsense"},
        {},
    ],
)
async def test_what_does_not_fit(laptop: Rig, form: dict[str, str]) -> None:
    answer = await (await laptop.signed_in()).post("/stop", data={**form, "sure": "yes"})
    assert (answer.status_code, "data-said" in answer.text) == (400, True)
    assert await laptop.parts.blocks.all() == ()


async def test_filled_in_by_a_link(laptop: Rig) -> None:
    page = (await (await laptop.signed_in()).get("/stop", params={"target": "agent", "value": XSS})).text
    assert 'value="agent" checked' in page
    assert "<script>alert" not in page
    odd = (await (await laptop.signed_in()).get("/stop", params={"target": XSS, "value": "x" * 900})).text
    assert 'value="session" checked' in odd


async def test_nothing_in_a_block_is_obeyed(laptop: Rig) -> None:
    block = await laptop.parts.blocks.put(Target.AGENT, XSS, XSS, XSS)
    await laptop.parts.blocks.put(Target.AGENT, XSS + "2", XSS, XSS)
    await laptop.parts.blocks.lift(block.id, XSS)
    page = (await (await laptop.signed_in()).get("/stop")).text
    sure = (await (await laptop.signed_in()).post("/stop", data={**FORM, "value": XSS, "reason": XSS})).text
    for shown in (page, sure):
        assert "<script>alert" not in shown
        assert "U+202E" in shown
    assert "\x1b" not in page


async def test_a_viewer_cannot(laptop: Rig) -> None:
    viewer = await laptop.signed_in("x", ["everyone"])
    assert "data-go disabled" in (await viewer.get("/stop")).text
    assert (await viewer.post("/stop", data={**FORM, "sure": "yes"})).status_code == 403
