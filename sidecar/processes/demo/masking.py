"""Step: a secret in a prompt never reaches the model."""

from dataclasses import dataclass

from sidecar.processes.demo.agent import Turn
from sidecar.processes.demo.planted import Planted
from sidecar.processes.demo.stage import Stage, last_prompt
from sidecar.processes.demo.step import Check, Seen, Shown, Step
from sidecar.simulator.recording import Received


@dataclass(frozen=True, slots=True)
class Evidence:
    planted: Planted
    received: tuple[Received, ...]
    turn: Turn

    @property
    def arrived(self) -> bytes:
        return b"\n".join(one.everything() for one in self.received)


def judged(seen: Evidence) -> tuple[Check, ...]:
    arrived, planted = seen.arrived, seen.planted
    size = f"all {len(arrived):,} bytes that the model received"
    return (
        Check("the agent's turn ended well, and the model was asked", not seen.turn.failed and bool(seen.received)),
        Check(f"searched {size}: no piece of the key", planted.key.traces(arrived) == 0),
        Check(f"searched {size}: no piece of the address", planted.mail.traces(arrived) == 0),
        Check("the model answered with the token, the agent reads its address", planted.mail.value in seen.turn.text),
    )


async def run(stage: Stage) -> Seen:
    reached, planted = stage.mark(), stage.planted
    asked = f"Why does {planted.key.value} not work? Write to {planted.mail.value} when you know."
    async with stage.agent("masking") as agent:
        turn = await agent.tell(asked)
    stage.session = turn.session
    received = tuple(reached())
    return Seen(
        (
            Shown("agent sent", asked),
            Shown("model received", last_prompt(list(received))),
            Shown("agent got", turn.text),
        ),
        judged(Evidence(planted, received, turn)),
    )


STEP = Step("secret", "A secret in a prompt never reaches the model", run)
