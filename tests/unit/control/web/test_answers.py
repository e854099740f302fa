"""What is said when something is not done."""

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sidecar.control.store.engine import StoreFailed
from sidecar.core.approval.ticket import NotAllowed
from sidecar.core.errors import RecordingFailed
from tests.unit.control.web.rig import PAGE, Rig, rig

RAISED = (
    (NotAllowed("Too late."), 409, "not_allowed", "Too late."),
    (RecordingFailed("spool at /var/secret"), 503, "not_recorded", "so it was not done"),
    (StoreFailed("host=db password=x"), 503, "store", "does not answer"),
    (ZeroDivisionError("at line 7 of secret.py"), 500, "internal", "written to the log"),
)


@pytest.mark.parametrize(("error", "status", "code", "sentence"), RAISED, ids=[one[2] for one in RAISED])
async def test_what_is_raised(laptop: Rig, error: Exception, status: int, code: str, sentence: str) -> None:
    async def fails(_: Request) -> Response:
        raise error

    broken = rig(laptop.parts.store, routes=[Route("/live", fails)])
    owner = await broken.owner()
    said = await owner.get("/live", headers={"accept": "application/json"})
    assert (said.status_code, said.json()["error"]["code"]) == (status, code)
    assert sentence in said.json()["error"]["message"]
    page = await owner.get("/live", headers=PAGE)
    assert (page.status_code, "data-said" in page.text) == (status, True)
    for answer in (said, page):
        assert "secret" not in answer.text
        assert "password" not in answer.text
    await broken.close()


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/v1/nothing", 404, "not_found"), ("PATCH", "/v1/me", 405, "method_not_allowed")],
)
async def test_by_the_router(laptop: Rig, method: str, path: str, status: int, code: str) -> None:
    answer = await (await laptop.owner()).request(method, path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


async def test_a_page_that_is_not_there(laptop: Rig) -> None:
    answer = await (await laptop.owner()).get("/nothing")
    assert (answer.status_code, "There is nothing here." in answer.text) == (404, True)


async def test_a_look_leads_to_signing_in_and_a_change_does_not(laptop: Rig) -> None:
    browser = laptop.browser(**PAGE)
    assert (await browser.get("/stop?target=all")).headers["location"] == "/sign-in?next=%2Fstop%3Ftarget%3Dall"
    assert (await browser.post("/stop")).status_code == 401
