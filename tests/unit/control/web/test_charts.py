"""Pictures of numbers."""

from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.control.web import charts
from sidecar.control.web.charts import Axis, Chart, Row, compact, milliseconds, money, nice, waiting

AXIS = Axis([0.0, 3600.0, 7200.0], 3600.0)
NASTY = '"><script>alert(1)</script>'
NUMBERS = st.lists(st.none() | st.floats(0, 1e9), min_size=3, max_size=3)
KINDS: list[Callable[..., Chart]] = [charts.stacked, charts.areas, charts.lines]


@pytest.mark.parametrize("kind", KINDS)
@given(first=NUMBERS, second=NUMBERS)
def test_a_picture_is_well_formed_and_stays_in_its_frame(
    kind: Callable[..., Chart], first: list[float | None], second: list[float | None]
) -> None:
    made = kind(NASTY, AXIS, [Row(NASTY, "c1", first), Row("other", "c2", second)])
    drawn = ElementTree.fromstring(made.picture)  # noqa: S314  (our own)
    for one in drawn.iter("rect"):
        assert float(one.attrib["y"]) >= charts.TOP - 0.1
        assert float(one.attrib["height"]) >= 0
    assert len(made.body) == 3
    assert all(len(line) == 3 for line in made.body)


def test_heights_are_in_proportion_and_say_their_numbers() -> None:
    made = charts.stacked("t", AXIS, [Row("a", "c1", [1.0, 2.0, 0.0]), Row("b", "c2", [1.0, 0.0, 0.0])])
    bars = [one for one in ElementTree.fromstring(made.picture).iter("rect") if one.get("class", "").startswith("bar")]  # noqa: S314
    assert [float(one.attrib["height"]) for one in bars] == pytest.approx([78, 78, 156], abs=0.2)
    assert "a: 1\nb: 1" in made.picture
    assert [total for _, _, total in made.legend] == ["3", "1"]


def test_a_line_is_interrupted_where_nothing_was_measured() -> None:
    made = charts.lines("t", AXIS, [Row("a", "c1", [1.0, None, 3.0])], totals=False)
    assert made.picture.count('class="line c1"') == 2
    assert made.body[1] == ["Thu 01 Jan 01:00", ""]
    assert made.legend == [("a", "c1", "")]


def test_nothing_to_draw_is_said() -> None:
    assert charts.stacked("t", AXIS, [Row("a", "c1", [0.0, None, 0.0])]).empty


@given(st.floats(1e-6, 1e12))
def test_an_axis_ends_at_or_above_with_round_quarters(largest: float) -> None:
    end = nice(largest)
    assert largest * 0.999 <= end <= largest * 10.001
    assert float(f"{end / 4:.3g}") == pytest.approx(end / 4)


@pytest.mark.parametrize(
    ("shown", "value", "said"),
    [
        (compact, 0, "0"), (compact, 999, "999"), (compact, 1500, "1.5k"), (compact, 2e6, "2M"), (compact, 0.5, "0.5"),
        (money, 0, "$0"), (money, 0.0012, "$0.0012"), (money, 3.456, "$3.46"), (money, 75.0, "$75"),
        (money, 12345, "$12,345"),
        (milliseconds, 1.23, "1.2 ms"), (milliseconds, 80, "80 ms"), (milliseconds, 1500, "1.5 s"),
        (milliseconds, 0, "0 ms"),
        (waiting, 0, "0 s"), (waiting, 1.5, "1.5 s"), (waiting, 45, "45 s"),
        (waiting, 150, "2.5 min"), (waiting, 7200, "2 h"),
    ],
)  # fmt: skip
def test_numbers_as_people_read_them(shown: Callable[[float], str], value: float, said: str) -> None:
    assert shown(value) == said


def test_names_are_text_in_every_picture() -> None:
    assert "<script>" not in charts.by_name(NASTY, [(NASTY, 3.0), ("b", 1.0)])
    assert "<script>" not in charts.sparkline([1.0, None], "c1", NASTY)
    assert 'width="33.3"' in charts.by_name("t", [("a", 3.0), ("b", 1.0)])


def test_rows_get_colours_in_turn_or_as_named() -> None:
    made = charts.rows_of({"a": [1.0], "b": [2.0]}, {"b": "v-deny"})
    assert [(row.name, row.tone, row.total) for row in made] == [("a", "c1", 1.0), ("b", "v-deny", 2.0)]


def test_labels_of_days_and_of_hours() -> None:
    days = Axis([n * 86_400.0 for n in range(30)], 86_400.0)
    assert (days.said(1), days.label(1), len(days.labelled)) == ("Fri 02 Jan", "2 Jan", 6)
    assert AXIS.label(1) == "01:00"
