"""The tour: its steps in order, each run and judged; what one of them breaks on does not end the others."""

import asyncio
import time
from collections.abc import Sequence
from typing import Protocol

from sidecar.processes.demo import (
    asking,
    changing,
    commanding,
    failing,
    holding,
    masking,
    passing,
    refusing,
    starting,
    streaming,
    talking,
    written,
)
from sidecar.processes.demo.stage import Stage
from sidecar.processes.demo.step import Check, Outcome, Seen, Shown, Step

PATIENCE = 90.0  # seconds for one step; a quiet machine needs ten for the longest
STEPS: tuple[Step[Stage], ...] = (
    starting.STEP,
    masking.STEP,
    refusing.REFUSAL,
    refusing.ANSWER,
    commanding.STEP,
    holding.STEP,
    asking.STEP,
    streaming.STEP,
    passing.STEP,
    talking.STEP,
    failing.STEP,
    changing.STEP,
    written.STEP,
)


class Audience(Protocol):
    """Whoever looks on: a terminal, or a list for a document."""

    def begins(self, number: int, title: str) -> None: ...
    def saw(self, outcome: Outcome) -> None: ...


async def toured(stage: Stage, steps: Sequence[Step[Stage]], audience: Audience, *, patience: float = PATIENCE) -> None:
    """Run every step, and tell each outcome as soon as it is known."""
    for number, step in enumerate(steps, start=1):
        audience.begins(number, step.title)
        began = time.monotonic()
        seen = await _seen(stage, step, patience)
        audience.saw(Outcome(number, step.name, step.title, seen, time.monotonic() - began))


async def _seen(stage: Stage, step: Step[Stage], patience: float) -> Seen:
    try:
        async with asyncio.timeout(patience):
            return await step.run(stage)
    except TimeoutError:
        return Seen((), (Check(f"the step was not done after {patience:.0f} s", False),))
    except Exception as error:  # noqa: BLE001  (whatever it is, the promise was not shown to be kept)
        said = str(error).strip().partition("\n")[0]
        return Seen(
            (Shown("broke on", f"{type(error).__name__}: {said}"),), (Check("the step came to its end", False),)
        )
