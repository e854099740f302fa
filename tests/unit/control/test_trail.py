"""The trail's protocol fits what a spool offers."""

from collections.abc import Mapping

from sidecar.control.trail import Trail


class Kept:
    def __init__(self) -> None:
        self.facts: list[tuple[str, Mapping[str, object]]] = []

    async def record(self, kind: str, fact: Mapping[str, object]) -> None:
        self.facts.append((kind, fact))


async def test_a_trail_keeps_what_it_is_given() -> None:
    kept = Kept()
    trail: Trail = kept
    await trail.record("looked", {"ticket": "tk_1"})
    assert kept.facts == [("looked", {"ticket": "tk_1"})]
