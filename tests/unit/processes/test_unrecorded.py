"""Calls that pass while the record is full: what is recorded of them, and when."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from sidecar.core.errors import RecordFull, RecordingFailed
from sidecar.extproc.seat import NO_PARTS, Parts
from sidecar.processes.unrecorded import QUIET, SO_FAR, Gaps
from sidecar.telemetry.metrics import Metrics

NOON = 1_760_000_000.0
START, LATER = "2025-10-09T08:53:20.000000Z", "2025-10-09T08:53:21.000000Z"


@dataclass
class World:
    """A record that may have no room at all, one that may have some for new calls, and a clock."""

    now: float = NOON
    roomy: bool = False
    refuses: bool = False
    told: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.metrics = Metrics(["docs", "wiki"])
        self.gaps = Gaps(self, self.metrics, lambda: self.roomy, lambda: self.now, iter(["gg_1", "gg_2"]).__next__)

    async def record(self, kind: str, fact: Mapping[str, object], parts: Parts = NO_PARTS) -> None:
        await asyncio.sleep(0)
        if self.refuses:
            raise RecordFull("no room")
        self.told.append((kind, fact))

    async def passes(self, connection: str = "docs", *policies: str) -> None:
        await self.gaps.record("passed_unrecorded", {"connection": connection, "policies": policies or ("p",)})

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.told]


async def test_other_facts_go_on_as_they_are() -> None:
    world = World()
    await world.gaps.record("decided", {"a": 1})
    await world.gaps.look()
    await world.gaps.close()
    assert world.told == [("decided", {"a": 1})]


async def test_the_first_opens_a_gap_before_it_passes_and_the_rest_are_counted() -> None:
    world = World()
    await asyncio.gather(*(world.passes() for _ in range(5)))
    world.now += 1
    await world.passes("wiki", "q")
    assert world.told == [("gap_opened", {"gap": "gg_1", "from": START, "policies": ["p"]})]
    world.now, world.roomy = world.now + QUIET, True
    await world.gaps.look()
    last = {"gap": "gg_1", "from": START, "to": LATER, "policies": ["p", "q"], "closed": True}
    assert world.told[1:] == [("gap", {**last, "calls": {"docs": 5, "wiki": 1}})]
    text = world.metrics.text().decode()
    assert 'gatehouse_unrecorded_calls_total{connection="docs"} 5.0' in text
    assert 'gatehouse_unrecorded_calls_total{connection="wiki"} 1.0' in text
    await world.passes()
    assert world.told[-1][1]["gap"] == "gg_2", "the next one is another"


async def test_nothing_passes_when_not_even_that_can_be_told() -> None:
    world = World(refuses=True)
    with pytest.raises(RecordFull):
        await world.passes()
    assert "gatehouse_unrecorded_calls_total{" not in world.metrics.text().decode()
    world.refuses = False
    await world.passes()
    assert world.kinds == ["gap_opened"]


@pytest.mark.parametrize(
    ("after", "roomy", "kinds", "note"),
    [
        (QUIET, True, ["gap"], "room again, and quiet"),
        (QUIET - 1, True, [], "another may come in a moment"),
        (QUIET, False, [], "no room"),
        (SO_FAR, False, ["gap"], "so far"),
    ],
)
async def test_when_it_is_told(after: float, roomy: bool, kinds: list[str], note: str) -> None:
    world = World(roomy=roomy)
    await world.passes()
    world.now += 0.5
    await world.passes()
    world.now += after
    await world.gaps.look()
    assert world.kinds[1:] == kinds, note
    assert all(fact["closed"] is roomy for kind, fact in world.told[1:]), note


async def test_while_it_lasts_the_counts_so_far_are_told_when_there_are_new_ones() -> None:
    world = World()
    for passing in (True, True, False, False):
        if passing:
            world.now += 1
            await world.passes()
        world.now += SO_FAR
        await world.gaps.look()
    assert [fact["calls"] for _, fact in world.told[1:]] == [{"docs": 1}, {"docs": 2}]


async def test_what_could_not_be_told_is_told_at_the_next_look(caplog: pytest.LogCaptureFixture) -> None:
    world = World(roomy=True)
    with caplog.at_level(logging.INFO):
        await world.passes()
        world.now, world.refuses = world.now + QUIET, True
        await world.gaps.look()
        assert world.kinds == ["gap_opened"]
        world.refuses = False
        await world.gaps.look()
    assert world.kinds == ["gap_opened", "gap"]
    said = [(record.levelname, record.message) for record in caplog.records]
    assert said == [
        ("ERROR", "the record is full: calls pass unrecorded, as policies say"),
        ("ERROR", "how many calls passed unrecorded cannot be recorded yet"),
        ("INFO", "calls are recorded again"),
    ]


async def test_the_end_closes_it_whether_or_not_there_is_room() -> None:
    world = World()
    await world.passes()
    await world.gaps.close()
    assert [fact.get("closed") for _, fact in world.told] == [None, True]
    world = World()
    await world.passes()
    world.refuses = True
    await world.gaps.close()  # the opening stands there without an end, and says so
    assert world.kinds == ["gap_opened"]


async def test_a_broken_record_lets_nothing_pass() -> None:
    class Torn(World):
        async def record(self, kind: str, fact: Mapping[str, object], parts: Parts = NO_PARTS) -> None:
            raise RecordingFailed("cannot write the spool")

    with pytest.raises(RecordingFailed, match="cannot write"):
        await Torn().passes()
