"""The tour goes on whatever a step does, and tells each outcome at once."""

import asyncio

from sidecar.processes.demo.stage import Stage
from sidecar.processes.demo.step import Check, Outcome, Seen, Step
from sidecar.processes.demo.tour import STEPS, toured

STAGE: Stage = object()  # type: ignore[assignment]  (these steps look at no stage)


async def well(_: Stage) -> Seen:
    return Seen((), (Check("holds", True),))


async def breaks(_: Stage) -> Seen:
    raise ValueError("first line\nsecond line")


async def waits(_: Stage) -> Seen:
    await asyncio.Event().wait()
    raise AssertionError("nobody ever says so")


class Notes:
    """An audience that remembers what it was told."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, str] | Outcome] = []

    def begins(self, number: int, title: str) -> None:
        self.heard.append((number, title))

    def saw(self, outcome: Outcome) -> None:
        self.heard.append(outcome)


async def test_every_step_is_told_in_order() -> None:
    notes = Notes()
    steps = [Step("a", "A", well), Step("b", "B", breaks), Step("c", "C", waits), Step("d", "D", well)]
    await toured(STAGE, steps, notes, patience=0.05)
    assert notes.heard[::2] == [(1, "A"), (2, "B"), (3, "C"), (4, "D")], "before it is run"
    told = [one for one in notes.heard if isinstance(one, Outcome)]
    assert [(one.number, one.name, one.kept) for one in told] == [
        (1, "a", True),
        (2, "b", False),
        (3, "c", False),
        (4, "d", True),
    ]
    assert told[1].seen.shown[0].text == "ValueError: first line"
    assert "not done after" in told[2].seen.checks[0].says


def test_names_are_for_scripts_and_titles_for_people() -> None:
    assert len({step.name for step in STEPS}) == len({step.title for step in STEPS}) == len(STEPS) == 13
    assert all(step.name.isidentifier() for step in STEPS)
