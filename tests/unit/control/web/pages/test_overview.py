"""The first page over a small record."""

from sidecar.control.web.pages.overview import drawn, tiles
from sidecar.control.web.questions.figures import Span
from tests.unit.control.web.answering import Answering
from tests.unit.control.web.pages.conftest import Shown


async def test_every_picture_has_its_numbers_as_a_table(shown: Shown) -> None:
    page = await shown.page("/")
    assert page.count("data-chart") == 6
    assert page.count("As a table") == 5, "one has nothing in this time"
    assert "<script>alert" not in page


async def test_the_time_is_chosen_by_its_name(shown: Shown) -> None:
    for name, pieces in (("24h", 24), ("7d", 28), ("30d", 30), ("a year", 24)):
        await shown.page(f"/?range={name}")
        (span,) = shown.record.asked[-1][1]  # type: ignore[misc]
        assert isinstance(span, Span)
        assert len(span.moments) == pieces
        assert span.until % 3600 == 0


async def test_tiles_say_what_happened_in_words() -> None:
    found = await Answering().overview(Span(0.0, 7200.0, 3600.0))
    said = {tile.label: (tile.value, tile.note) for tile in tiles(found)}
    assert said["Calls"] == ("4", "-60 % against the time before")
    assert said["Denied"] == ("2", "50.0 % of all calls")
    assert said["Held for people"] == ("2", "decided in 1 min 1 s (median)")
    assert next(one.title for one in drawn(found)) == "Calls by verdict"
