"""Calls as they happen."""

from tests.unit.control.web.pages.conftest import Shown


async def test_a_line_leads_to_its_moment_and_obeys_nothing(shown: Shown) -> None:
    page = await shown.page("/live?verdict=deny&caller=ada")
    assert 'href="/sessions/s/1#gx_1"' in page
    assert "<script>alert" not in page
    assert "U+202E" in page
    (which, after, newer) = shown.record.asked[-1][1]  # type: ignore[misc]
    assert (which.verdict, which.caller, which.connection, after, newer) == ("deny", "ada", None, None, None)


async def test_rows_that_are_new_come_with_how_far_they_go(shown: Shown) -> None:
    answer = await shown.browser.get("/live/rows?newer=12.25")
    assert answer.headers["x-upto"] == "12.500000"
    assert answer.text.count("data-call=") == 1
    assert "<html" not in answer.text
    assert shown.record.asked[-1][1][2] == 12.25  # type: ignore[index]


async def test_a_moment_that_is_none_is_none(shown: Shown) -> None:
    for said in ("", "soon", "-1", "nan", "1e300"):
        await shown.page(f"/live/rows?newer={said}")
        assert shown.record.asked[-1][1][2] is None  # type: ignore[index]
