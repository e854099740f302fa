"""The page on which people decide."""

from dataclasses import fields

import pytest

from sidecar.control.web.pages.approvals import clock, ring
from sidecar.core.approval.asked import Asked, Excerpt, Mark
from sidecar.core.model.hold import Terms
from tests.unit.control.web.rig import Rig, asked

XSS = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>\x1b[2K\u202e{{ 7*11111111 }}"
TEXTS = [one.name for one in fields(Asked) if one.type in ("str", str, "str | None", str | None)]


async def opened(desk: Rig, name: str = "q1", **more: object) -> str:
    return (await desk.parts.tickets.open(asked(name, **more))).id


def harmless(page: str) -> bool:
    return not any(bad in page for bad in ("<script>alert", "<img", "\x1b", "\u202e", "77777777", "onerror=alert(1)>"))


@pytest.mark.parametrize("field", [name for name in TEXTS if name not in ("id", "fingerprint", "session_key")])
async def test_nothing_in_any_field_is_obeyed(laptop: Rig, field: str) -> None:
    ticket = await opened(laptop, **{field: XSS, "provider": "company" if field != "provider" else XSS})
    grace = await laptop.signed_in()
    for path in ("/approvals", f"/approvals/{ticket}", "/approvals/queue", f"/approvals/{ticket}/card"):
        page = await grace.get(path)
        assert page.status_code == 200
        assert harmless(page.text), path
    assert "&lt;script&gt;" in (await grace.get(f"/approvals/{ticket}")).text


async def test_nor_in_texts_groups_and_rationales(laptop: Rig) -> None:
    part = Excerpt(XSS, XSS, (Mark(0, 8, XSS),))
    terms = Terms((XSS, "reviewers"), 2)
    ticket = await opened(laptop, content=(part,), before=(part,), groups=(XSS,), terms=terms)
    grace = await laptop.signed_in(XSS[:50])
    said = await grace.post(f"/approvals/{ticket}/decide", data={"answer": "yes", "rationale": XSS})
    assert said.status_code == 303
    page = (await grace.get(f"/approvals/{ticket}")).text
    assert harmless(page)
    assert page.count("U+202E") >= 5
    assert page.count("<mark") == 2


async def test_a_card_says_what_a_reviewer_needs(laptop: Rig) -> None:
    terms = Terms(("reviewers",), 2, 600.0, True, 3600.0)
    ticket = await opened(laptop, terms=terms)
    page = (await (await laptop.signed_in()).get(f"/approvals/{ticket}")).text
    for said in (
        "This would delete data.", 'title="Held by rule destructive">rm -rf</mark>', "ada", "builder", "s-1",
        "Make room.", "0 of 2 approvals", "the rule wants one", "for 1 h", "10m",
    ):  # fmt: skip
        assert said in page, said
    assert 'data-cannot=""' in page


CANNOT = (
    ("a viewer", "grace", "everyone", {}, "Only reviewers decide"),
    ("the one who asked", "ada", "reviewers", {}, "Nobody decides on their own call."),
    ("of another group", "grace", "reviewers", {"terms": Terms(("sre",))}, "wants somebody of sre"),
)


@pytest.mark.parametrize(("note", "name", "group", "more", "why"), CANNOT, ids=[one[0] for one in CANNOT])
async def test_who_cannot_decide_is_told_and_has_no_buttons(
    laptop: Rig, note: str, name: str, group: str, more: dict[str, object], why: str
) -> None:
    ticket = await opened(laptop, **more)
    page = (await (await laptop.signed_in(name, [group])).get(f"/approvals/{ticket}")).text
    assert why in page
    assert "data-answer=" not in page


async def test_whose_card_is_drawn_is_written_down(desk: Rig) -> None:
    ticket = await opened(desk)
    grace = await desk.signed_in()
    for path in ("/approvals", f"/approvals/{ticket}", f"/approvals/{ticket}/card", "/approvals/queue"):
        await grace.get(path)
    fact = {"subject": "grace", "provider": "company", "at": "ticket", "id": ticket}
    assert desk.trail.of("looked") == [fact] * 3, "the list shows no texts"
    desk.trail.full = True
    assert (await grace.get(f"/approvals/{ticket}")).status_code == 503
    phone = await grace.get("/approvals", headers={"sec-ch-ua-mobile": "?1"})
    assert (phone.status_code, "data-card=" in phone.text) == (200, False), "a phone shows the list alone"


async def test_the_most_urgent_first_and_what_ended_below(laptop: Rig) -> None:
    late = await opened(laptop, "a", terms=Terms(timeout=900.0), fingerprint="a")
    soon = await opened(laptop, "b", terms=Terms(timeout=60.0), fingerprint="b")
    gone = await opened(laptop, "c", fingerprint="c")
    await laptop.parts.tickets.withdraw("c")
    page = (await (await laptop.signed_in()).get("/approvals/queue")).text
    assert page.index(soon) < page.index(late) < page.index("data-lately") < page.index(gone)
    assert 'data-state="withdrawn"' in page


async def test_by_a_form(desk: Rig) -> None:
    first, second = await opened(desk), await opened(desk, "q2", terms=Terms(rationale_required=True))
    grace = await desk.signed_in()
    answer = await grace.post(f"/approvals/{first}/decide", data={"answer": "no", "rationale": "Not there."})
    assert answer.headers["location"] == f"/approvals/{first}"
    page = (await grace.get(f"/approvals/{first}")).text
    assert 'data-outcome="denied"' in page
    assert "Not there." in page
    again = await grace.post(f"/approvals/{first}/decide", data={"answer": "yes"})
    assert again.status_code == 409
    unsaid = await grace.post(f"/approvals/{second}/decide", data={"answer": "yes", "rationale": "  "})
    assert (unsaid.status_code, "wants a rationale" in unsaid.text) == (409, True)


async def test_what_is_neither_yes_nor_no_is_no_yes(laptop: Rig) -> None:
    ticket = await opened(laptop)
    await (await laptop.signed_in()).post(f"/approvals/{ticket}/decide", data={"answer": "perhaps"})
    assert (await laptop.parts.tickets.get(ticket)).state == "denied"


async def test_a_ticket_that_is_not_there(laptop: Rig) -> None:
    answer = await (await laptop.signed_in()).get("/approvals/tk_none")
    assert (answer.status_code, "There is no ticket tk_none." in answer.text) == (404, True)


async def test_nothing_waits(laptop: Rig) -> None:
    page = await (await laptop.signed_in()).get("/approvals")
    assert (page.status_code, "data-nothing" in page.text) == (200, True)


@pytest.mark.parametrize(
    ("left", "whole", "tone", "label"),
    [(600, 600, "", "10m"), (100, 600, "soon", "1:40"), (29, 600, "last", "0:29"), (0, 0, "last", "0:00")],
)
def test_ring(left: float, whole: float, tone: str, label: str) -> None:
    drawn = ring(left, whole)
    assert (drawn.tone, drawn.label) == (tone, label)
    assert 0 <= drawn.dash <= 122.6


def test_clock() -> None:
    assert [clock(s) for s in (3600, 7505, 599.9)] == ["1h00", "2h05", "9:59"]
