"""All parts together: one way through, over both stores."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sidecar.core.model.hold import Terms
from tests.unit.control.web.rig import Rig, asked, rig


async def test_a_call_is_held_looked_at_and_decided(desk: Rig) -> None:
    terms = Terms(approvals=2, rationale_required=True)
    ticket = (await desk.parts.tickets.open(asked(terms=terms))).id
    grace, alan = await desk.signed_in("grace"), await desk.signed_in("alan")
    page = await grace.get("/approvals")
    assert (page.status_code, f'data-ticket="{ticket}"' in page.text) == (200, True)
    first = await grace.post(f"/approvals/{ticket}/decide", data={"answer": "yes", "rationale": "I know it."})
    assert first.status_code == 303
    said = await alan.post(f"/v1/approvals/{ticket}/decisions", json={"yes": True, "rationale": "So do I."})
    assert said.json()["state"] == "approved"
    assert [fact["subject"] for fact in desk.trail.of("approval_decided_by")] == ["grace", "alan"]
    assert desk.trail.of("looked")[0] == {"subject": "grace", "provider": "company", "at": "ticket", "id": ticket}


async def test_the_first_page_is_the_overview_if_there_is_one(laptop: Rig) -> None:
    async def overview(_: Request) -> Response:
        return PlainTextResponse("overview")

    assert (await (await laptop.signed_in()).get("/")).headers["location"] == "/approvals"
    more = rig(laptop.parts.store, routes=[Route("/", overview)])
    assert (await (await more.signed_in()).get("/")).text == "overview"
    await more.close()
