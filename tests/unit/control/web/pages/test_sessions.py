"""Sessions: the list, the timeline, and who looked."""

from sidecar.control.web.pages.sessions import masked
from tests.unit.control.web.answering import HERE
from tests.unit.control.web.pages.conftest import Shown


async def test_the_list_asks_for_what_was_said(shown: Shown) -> None:
    page = await shown.page("/sessions?text=zephyr&since=2026-11-01&until=2026-11-02&verdict=nonsense")
    which = shown.record.asked[-1][1][0]  # type: ignore[index]
    assert (which.text, which.verdict, which.until - which.since) == ("zephyr", None, 2 * 86_400)
    assert "text=zephyr" in page.split("data-earlier")[0].rsplit("href=", 1)[1], "the next page has the same filters"
    assert "No session is like that" in await shown.page("/sessions?text=nothing")


async def test_a_look_is_written_down_before_anything_is_shown(shown: Shown) -> None:
    page = await shown.page("/sessions/s1")
    assert [(fact["at"], fact["id"]) for fact in shown.rig.trail.of("looked")] == [("session", "s1")]
    assert "<script>alert" not in page
    assert 'title="Rule mails"' in page
    assert "/sessions/s1/replay#t=350" in page
    shown.rig.trail.full = True
    shown.record.asked.clear()
    await shown.page("/sessions/s1", 503)
    assert shown.record.asked == [], "what cannot be recorded is not even asked"


async def test_there_is_no_such_session(shown: Shown) -> None:
    assert "no such session" in await shown.page("/sessions/other", 404)


def test_only_placeholders_of_this_session_are_marked() -> None:
    said = masked("a [EMAIL_K7Q2M9XA] [EMAIL_ZZZZZZZZ] <b>\x07", HERE)
    assert said.count('class="masked"') == 1
    assert "[EMAIL_ZZZZZZZZ] &lt;b&gt;" in said
    assert '<span class="odd">\\x07</span>' in said
