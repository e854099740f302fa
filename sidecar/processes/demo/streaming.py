"""Step: a streamed answer arrives masked, without a pause.

Strategy: the same prompt goes to the model directly and through the gate, and every delta's arrival is noted. The
model says a secret of its own, spread over several deltas.
"""

from dataclasses import dataclass
from statistics import median

from sidecar.processes.demo.calls import Delta, deltas, post, prompt
from sidecar.processes.demo.planted import Secret
from sidecar.processes.demo.play import MAKE_A_TOKEN
from sidecar.processes.demo.stage import Stage
from sidecar.processes.demo.step import Check, Seen, Shown, Step

# Half of what the whole answer takes: a gate that waited for its end would be far above, a busy machine stays below.
SOON = 0.5


@dataclass(frozen=True, slots=True)
class Stream:
    """The deltas of one answer, and how it broke off, if it did."""

    deltas: tuple[Delta, ...]
    broken: str | None = None

    @property
    def text(self) -> str:
        return "".join(delta.text for delta in self.deltas)

    @property
    def first(self) -> float:
        return self.deltas[0].at if self.deltas else 0.0

    @property
    def lasts(self) -> float:
        return self.deltas[-1].at if self.deltas else 0.0

    def pauses(self, begins: int, ends: int) -> tuple[list[float], float]:
        """The pauses before deltas in which nothing of the characters from `begins` to `ends` stands, and the longest
        of those in which something does."""
        around, within, at = [0.0], 0.0, 0
        for before, delta in zip(self.deltas, self.deltas[1:], strict=False):
            at += len(before.text)
            pause = delta.at - before.at
            if at + len(delta.text) > begins and at <= ends:
                within = max(within, pause)
            else:
                around.append(pause)
        return around, within


@dataclass(frozen=True, slots=True)
class Evidence:
    secret: Secret
    direct: Stream
    gated: Stream


def judged(seen: Evidence) -> tuple[Check, ...]:
    direct, gated, secret = seen.direct, seen.gated, seen.secret
    whole = [one for one in direct.deltas if secret.value in one.text]
    before, _, after = direct.text.partition(secret.value)
    ends = len(gated.text) - len(after)
    around, within = gated.pauses(len(before), ends)
    usual, _ = direct.pauses(len(before), len(before) + len(secret.value))
    allowed = max(direct.lasts, 0.1) * SOON
    return (
        Check("the model did say it, in no delta whole", secret.value in direct.text and not whole),
        Check("no piece of it came through, in one delta or over several", secret.traces(gated.text.encode()) == 0),
        Check(
            "what stood around it came through as it was",
            bool(gated.text) and gated.text.startswith(before) and gated.text.endswith(after) and not gated.broken,
        ),
        Check(
            f"the first words came {_ms(gated.first)} after asking (direct: {_ms(direct.first)})",
            0 < gated.first < direct.first + allowed,
        ),
        Check(
            f"then a delta every {_ms(median(around))} (direct: {_ms(median(usual))}); only the token had to wait for "
            f"its end, {_ms(within)}",
            len(gated.deltas) > 10 and max(around) < max(usual) + allowed,
        ),
    )


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


async def run(stage: Stage) -> Seen:
    call, secret = prompt(f"{MAKE_A_TOKEN}, please.", stream=True), stage.planted.said
    models = stage.models
    plain = await post(models.main.url, ("x-api-key", models.key), call)
    through = await post(stage.url, stage.bearer(), call)
    direct, gated = (Stream(deltas(one), one.broken or one.sentence() or None) for one in (plain, through))
    return Seen(
        (
            Shown("agent sent", f"{MAKE_A_TOKEN}, please."),
            Shown("model said", _cut(direct, secret)),
            Shown("agent got", gated.text or through.sentence()),
        ),
        judged(Evidence(secret, direct, gated)),
    )


def _cut(stream: Stream, secret: Secret) -> str:
    """The deltas from just before the secret to just after it, so that one sees where it was cut."""
    begins = stream.text.find(secret.value)
    shown, at = [], 0
    for delta in stream.deltas:
        if at + len(delta.text) > begins and at < begins + len(secret.value):
            shown.append(delta.text)
        at += len(delta.text)
    return f"({len(stream.deltas)} deltas) … {'|'.join(shown)} …"


STEP = Step("stream", "A streamed answer arrives masked, without a pause", run)
