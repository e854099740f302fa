"""Steps: a forbidden prompt comes back as a sentence; and where a rule wants it, the session goes on."""

from dataclasses import dataclass

from sidecar.processes.demo.agent import Turn
from sidecar.processes.demo.stage import Stage, last_prompt
from sidecar.processes.demo.step import Check, Seen, Shown, Step
from sidecar.simulator.recording import Received

FORBIDDEN = "What do you know about Project Zephyr?"
DELICATE = "Who is first on the salary list?"
HARMLESS = "Then tell me a word that rhymes with gate."


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
    """`before`: what had reached the model when the first turn was over; `after`: what the second brought."""

    first: Turn
    second: Turn
    before: tuple[Received, ...]
    after: tuple[Received, ...]


def judged_answer(seen: Answered) -> tuple[Check, ...]:
    return (
        Check("the denial came as an answer of the assistant", not seen.first.failed and "Salaries" in seen.first.text),
        Check(f"the model received nothing of it ({len(seen.before)} calls)", not seen.before),
        Check("the same session went on, and the model answered", not seen.second.failed and len(seen.after) > 0),
        Check(
            "and was not told about it later either",
            bool(seen.after) and not any(DELICATE.encode() in one.body for one in seen.after),
        ),
    )


async def answer(stage: Stage) -> Seen:
    reached = stage.mark()
    async with stage.agent("answering") as agent:
        first = await agent.tell(DELICATE)
        before = tuple(reached())
        second = await agent.tell(HARMLESS)
    after = tuple(reached()[len(before) :])
    return Seen(
        (
            Shown("agent sent", DELICATE),
            Shown("agent got", first.text),
            Shown("agent sent", HARMLESS),
            Shown("model received", last_prompt(list(after))),
            Shown("agent got", second.text),
        ),
        judged_answer(Answered(first, second, before, after)),
    )


REFUSAL = Step("refusal", "A forbidden prompt comes back as a sentence", refuse)
ANSWER = Step("answer", "A denial can be an answer, and the session goes on", answer)
