"""Step: it fails closed. The data plane is killed while one call is on its way in and another is being answered.

Strategy: one kill, four calls: half of a request sent before it and half after, an answer in the middle, a call by
hand while nobody judges, and one of the agent's. Then the same agent asks again.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from sidecar.processes.demo.agent import Agent, Turn
from sidecar.processes.demo.calls import Answer, deltas, post, prompt
from sidecar.processes.demo.play import STORY, TELL_A_STORY
from sidecar.processes.demo.stage import Stage, until
from sidecar.processes.demo.step import Check, Seen, Shown, Step

INTO_THE_ANSWER = 1.0  # seconds; it takes six


@dataclass(frozen=True, slots=True)
class Evidence:
    """`half`: its request was half sent. `story`: its answer was half here. `late`: asked while nobody judged."""

    half: Answer
    story: Answer
    late: Answer
    told: Turn
    reached: int
    back: bool
    away: float
    again: Turn


def judged(seen: Evidence) -> tuple[Check, ...]:
    text = _heard(seen.story)
    return (
        Check("a request that was half sent: an error with a sentence", _refused(seen.half)),
        Check(
            "an answer that was half here: it breaks off, and nothing comes unjudged",
            bool(text)
            and STORY.startswith(text)
            and text != STORY
            and (bool(seen.story.broken) or b"event: error" in seen.story.body),
        ),
        Check("a call while nobody judges: an error with a sentence", _refused(seen.late)),
        Check("the agent shows that sentence", seen.told.failed and "The gate is not available" in seen.told.text),
        Check(f"the model received none of these three ({seen.reached} calls)", seen.reached == 0),
        Check(
            f"it came back by itself after {seen.away:.1f} s, and the same agent's session went on",
            seen.back and not seen.again.failed,
        ),
    )


def _heard(answer: Answer) -> str:
    return "".join(delta.text for delta in deltas(answer))


def _refused(answer: Answer) -> bool:
    return answer.status >= 500 and bool(answer.sentence())


async def run(stage: Stage) -> Seen:
    async with stage.agent("failing") as agent:
        return await _told(stage, agent)


async def _told(stage: Stage, agent: Agent) -> Seen:
    await agent.tell("Good morning.")
    killed, reached = asyncio.Event(), stage.mark()

    async def asked() -> bool:
        return bool(reached())

    story = asyncio.create_task(post(stage.url, stage.bearer(), prompt(f"{TELL_A_STORY}.", stream=True)))
    half = asyncio.create_task(post(stage.url, stage.bearer(), _in_two_halves(killed)))
    await until(asked, 10.0)
    await asyncio.sleep(INTO_THE_ANSWER)
    reached, began = stage.mark(), time.monotonic()
    child = stage.data_plane().process
    if child is not None:
        child.kill()
        await child.wait()
    killed.set()
    # Both at once: the data plane is back in a second or two.
    late = asyncio.create_task(post(stage.url, stage.bearer(), prompt("Is anybody there?")))
    told = await agent.tell("Is anybody there?")
    ends = await half, await story, await late
    came = len(reached())
    back = await stage.back()
    away = time.monotonic() - began
    again = await agent.tell("And now?")
    seen = Evidence(*ends, told, came, back, away, again)
    return Seen(
        (
            Shown("killed", f"kill -9 {child.pid if child else 'nobody'} (the data plane), with two calls open"),
            Shown("an open answer", f"{_heard(ends[1])!r} … and then: {ends[1].broken or 'an error event'}"),
            Shown("a client got", f"{ends[2].status} {ends[2].sentence()}"),
            Shown("agent got", told.text),
            Shown("later it got", again.text),
        ),
        judged(seen),
    )


async def _in_two_halves(killed: asyncio.Event) -> AsyncIterator[bytes]:
    whole = prompt("This was sent in two halves.")
    yield whole[: len(whole) // 2]
    await killed.wait()
    yield whole[len(whole) // 2 :]


STEP = Step("closed", "It fails closed, and comes back by itself", run)
