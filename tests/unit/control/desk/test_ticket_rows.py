"""What was asked survives being written and read."""

from dataclasses import replace

from hypothesis import given, settings, strategies

from sidecar.control.desk.ticket_rows import asked_from, asked_text, counted
from sidecar.core.approval.asked import Excerpt, Mark
from sidecar.core.model.hold import Terms
from tests.people import ASKED

TEXT = strategies.text(max_size=40)
MARKS = strategies.lists(strategies.builds(Mark, strategies.integers(), strategies.integers(), TEXT), max_size=2)
EXCERPTS = strategies.lists(strategies.builds(Excerpt, TEXT, TEXT, MARKS.map(tuple)), max_size=2).map(tuple)
TERMS = strategies.builds(
    Terms,
    strategies.lists(TEXT, max_size=2).map(tuple),
    strategies.integers(1, 10),
    strategies.floats(5, 86_400),
    strategies.booleans(),
    strategies.none() | strategies.floats(1, 1e6),
)


@given(TEXT, TEXT | strategies.none(), TERMS, EXCERPTS, EXCERPTS)
@settings(max_examples=100)
def test_there_and_back(
    why: str, agent: str | None, terms: Terms, content: tuple[Excerpt, ...], before: tuple[Excerpt, ...]
) -> None:
    asked = replace(ASKED, why=why, agent=agent, terms=terms, content=content, before=before)
    assert asked_from(asked_text(asked)) == asked
    assert "\x00" not in asked_text(asked)


def test_counting() -> None:
    assert counted([{"n": 3}]) == 3
