"""Steps: a forbidden prompt comes back as a sentence; a forbidden command as an answer, and the session goes on."""

from dataclasses import dataclass

from sidecar.processes.demo.agent import Turn
from sidecar.processes.demo.play import CLEAN_UP, WHAT_IS_LEFT
from sidecar.processes.demo.stage import Stage
from sidecar.processes.demo.step import Check, Seen, Shown, Step
from sidecar.simulator.recording import Received

FORBIDDEN = "What do you know about Project Zephyr?"


@dataclass(frozen=True, slots=True)
class Refused:
    turn: Turn
    received: tuple[Received, ...]


def judged_refusal(seen: Refused) -> tuple[Check, ...]:
    return (
        Check("the agent shows the sentence, with the rule that said it", "rule no-zephyr:" in seen.turn.text),
        Check("it names the exchange, to look it up in the record", "(exchange gx_" in seen.turn.text),
        Check("the run ends as failed, so that nobody takes it for an answer", seen.turn.failed),
        Check(f"the model received nothing ({len(seen.received)} calls)", not seen.received),
    )


async def refuse(stage: Stage) -> Seen:
    reached = stage.mark()
    async with stage.agent("refusing") as agent:
        turn = await agent.tell(FORBIDDEN)
    received = tuple(reached())
    got = Shown("agent got", turn.text)
    return Seen((Shown("agent sent", FORBIDDEN), got), judged_refusal(Refused(turn, received)))


@dataclass(frozen=True, slots=True)
class Answered:
    """`first`: the turn in which the model wanted the command; `second`: the one after. `left`: the folder is there."""

    first: Turn
    second: Turn
    left: bool


def judged_answer(seen: Answered) -> tuple[Check, ...]:
    return (
        Check("the agent got the sentence as the assistant's answer", "rule no-force:" in seen.first.text),
        Check("the run goes on; nothing failed", not seen.first.failed and not seen.second.failed),
        Check("the command never reached the agent: no tool ran, the folder is there", _unharmed(seen)),
        Check("in the next turn of the same session a tool runs", "Bash" in seen.second.tools),
    )


def _unharmed(seen: Answered) -> bool:
    return seen.left and not seen.first.tools


async def answer(stage: Stage) -> Seen:
    async with stage.agent("answering") as agent:
        (agent.work / "builds").mkdir()
        first = await agent.tell(f"{CLEAN_UP}.")
        second = await agent.tell(f"{WHAT_IS_LEFT}?")
        left = (agent.work / "builds").is_dir()
    return Seen(
        (
            Shown("agent sent", f"{CLEAN_UP}."),
            Shown("model said", 'I remove the folder. Bash: {"command": "rm -rf builds"}'),
            Shown("agent got", first.text),
            Shown("agent sent", f"{WHAT_IS_LEFT}?"),
            Shown("agent got", second.text),
        ),
        judged_answer(Answered(first, second, left)),
    )


REFUSAL = Step("refusal", "A forbidden prompt comes back as a sentence", refuse)
ANSWER = Step("answer", "A forbidden command becomes an answer, and the session goes on", answer)
