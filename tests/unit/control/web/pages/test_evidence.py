"""Evidence: the check, the anchors, reports and their downloads."""

import re

import pytest

from tests.unit.control.web.pages.conftest import Shown


async def test_all_of_it_on_one_page(shown: Shown) -> None:
    page = await shown.page("/evidence")
    for said in ("Not checked yet", "gc_1", "up to date", "cannot be looked at from here", "not there", "signs now"):
        assert said in page


async def test_a_check_is_begun_by_an_auditor_and_told_as_it_goes(shown: Shown) -> None:
    assert (await shown.browser.post("/evidence/verify")).status_code == 303
    assert shown.record.asked[-1] == ("verify", "local/local developer")
    assert shown.rig.trail.of("looked")[-1]["id"] == "verify"
    assert 'data-state="running"' in await shown.page("/evidence/verify")
    assert 'value="0.5"' in await shown.page("/evidence")
    ada = await shown.rig.signed_in("ada", ["reviewers"])
    assert (await ada.post("/evidence/verify")).status_code == 403
    assert (
        "takes the role auditor" in (await ada.get("/evidence/verify")).text
        or "running" in (await ada.get("/evidence/verify")).text
    )


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"integrity": True, "completeness": True}, "The record is whole"),
        ({"integrity": True, "completeness": False, "faults": ("missing: gc_1/3",)}, "missing: gc_1/3"),
        ({"trouble": "the database does not answer"}, "could not be done"),
    ],
)
async def test_how_a_check_ended(how: dict[str, object], said: str, shown: Shown) -> None:
    await shown.record.verify("ada")
    shown.record.ends(**how)
    assert said in await shown.page("/evidence")


async def test_a_report_is_a_page_and_a_file(shown: Shown) -> None:
    period = "since=2026-11-01&until=2026-11-03&team=sre"
    first = await shown.page(f"/evidence/reports/denials?{period}")
    assert "data-asking" in first
    assert "part=rows" in first
    assert not any(one[0] == "report" for one in shown.record.asked), "the page does not wait for the database"
    rows = await shown.page(f"/evidence/reports/denials?{period}&part=rows")
    assert "<html" not in rows
    assert "<script>alert" not in rows
    assert "Page 1 of 3" in rows
    assert "data-before" not in rows
    last = await shown.page(f"/evidence/reports/denials?{period}&part=rows&page=3")
    assert re.search(r'href="/evidence/reports/denials\?[^"]*team=sre&amp;page=2" data-before', last)
    assert "data-more" not in last
    assert "Page 1 of 3" in await shown.page(f"/evidence/reports/denials?{period}&part=rows&page=-2")
    page = await shown.page(f"/evidence/reports/denials?{period}&part=all")
    assert "data-report" in page
    assert "data-asking" not in page
    assert "<script>alert" not in page
    assert "form=csv" in page
    (name, begin, until, team) = shown.record.asked[-1][1]  # type: ignore[misc]
    assert (name, until - begin, team) == ("denials", 3 * 86_400, "sre")
    file = await shown.browser.get("/evidence/reports/denials?form=csv")
    assert file.headers["content-disposition"] == 'attachment; filename="d.csv"'
    await shown.page("/evidence/reports/denials?form=exe", 404)
    await shown.page("/evidence/reports/other", 404)
    assert {fact["at"] for fact in shown.rig.trail.of("looked")} == {"report"}
