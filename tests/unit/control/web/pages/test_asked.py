"""What pages over the record share."""

import pytest

from sidecar.control.web.pages.asked import RANGES, brief, lasting, span_of
from sidecar.control.web.questions.asking import Away
from tests.unit.control.web.pages.conftest import Shown


@pytest.mark.parametrize("path", ["/", "/live", "/sessions", "/sessions/s1", "/sessions/s1/replay", "/evidence"])
@pytest.mark.parametrize(("configured", "said"), [(True, "cannot be asked right now"), (False, "no database to ask")])
async def test_a_record_that_is_away_is_said_calmly(path: str, configured: bool, said: str, shown: Shown) -> None:
    shown.record.away = Away("the database does not answer", configured)
    page = await shown.page(path, 503)
    assert said in page
    assert "data-nav" in page, "it stays a page of the console"


async def test_a_program_is_told_as_a_program(shown: Shown) -> None:
    shown.record.away = Away("the database does not answer")
    answer = await shown.browser.get("/sessions/s1/frames", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "record_away")


def test_a_span_ends_with_this_hour() -> None:
    span = span_of(RANGES[0], 7_201.0)
    assert (span.until, span.begin, len(span.moments)) == (10_800, 10_800 - 86_400, 24)


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.84, "0.8 s"), (60, "1 min"), (190.2, "3 min 10 s"), (3_600, "1 h 0 min")]
)
def test_how_long_something_took(seconds: float, said: str) -> None:
    assert lasting(seconds) == said


def test_a_short_time_has_all_of_it_in_its_title() -> None:
    assert brief(0.0) == '<time datetime="1970-01-01T00:00:00Z" title="1970-01-01 00:00:00 UTC">1 Jan 00:00:00</time>'
