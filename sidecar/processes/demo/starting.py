"""Step: the gate starts, and nobody comes in without a token."""

import time
from dataclasses import dataclass

from sidecar.processes.demo.calls import Answer, post, prompt
from sidecar.processes.demo.stage import Stage
from sidecar.processes.demo.step import Check, Seen, Shown, Step

A_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """`stranger` has no token, `late` an expired one, `known` a good one. `reached`: calls that came to the model."""

    stranger: Answer
    late: Answer
    known: Answer
    reached: int


def judged(seen: Evidence) -> tuple[Check, ...]:
    return (
        Check("without a token: 401, with a sentence that says what to do", _turned_back(seen.stranger)),
        Check("with a token that has expired: 401, and a sentence again", _turned_back(seen.late)),
        Check("with a good token the model answers", seen.known.status == 200),
        Check(f"of these three calls the model received only the last ({seen.reached})", seen.reached == 1),
    )


def _turned_back(answer: Answer) -> bool:
    return answer.status == 401 and "ANTHROPIC_AUTH_TOKEN" in answer.sentence()


async def run(stage: Stage) -> Seen:
    reached = stage.mark()
    call = prompt("Are you there?")
    stranger = await post(stage.url, None, call)
    late = await post(stage.url, ("authorization", f"Bearer {stage.token(now=time.time() - A_DAY)}"), call)
    known = await post(stage.url, stage.bearer(), call)
    seen = Evidence(stranger, late, known, len(reached()))
    plane = stage.data_plane().process
    return Seen(
        (
            Shown("gate", f"Envoy at {stage.url}, ready after {stage.began:.1f} s"),
            Shown("judge", f"data plane, process {plane.pid if plane else 'none'}, over a Unix socket"),
            Shown("model", f"a simulated Claude API at {stage.models.main.url}; nothing leaves this machine"),
            Shown("stranger got", f"{stranger.status} {stranger.sentence()}"),
        ),
        judged(seen),
    )


STEP = Step("start", "The gate starts, and nobody comes in without a token", run)
