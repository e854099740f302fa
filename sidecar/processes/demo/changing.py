"""Step: a policy change takes effect without a restart; a bad one changes nothing but the alarm."""

import asyncio
import time
from dataclasses import dataclass
from urllib.request import urlopen

from sidecar.processes.demo.calls import Answer, post, prompt
from sidecar.processes.demo.stage import Stage, until
from sidecar.processes.demo.step import Check, Seen, Shown, Step

ASKED = "How high does a falcon fly?"
NEW = """\
policy: tonight
rules:
  - {id: no-falcon, where: [prompt], match: {keywords: [falcon]}, do: deny, say: No birds tonight.}
"""
BAD = """\
policy: tonight
rules:
  - {id: no-falcon, where: [prompt], match: {keyword: [falcon]}, do: deny, say: No birds tonight.}
  - {id: secrets, detect: [secrets/*], do: masc}
"""
IN_FORCE_WITHIN = 30.0  # seconds; it looks once a second, and compiles for about one


@dataclass(frozen=True, slots=True)
class Evidence:
    """`processes`: the data plane before and after. `refusals`: what the log says about the bad file."""

    before: Answer
    after: Answer
    with_bad: Answer
    waited: float
    alarm: bool
    refusals: str
    processes: tuple[int, int]


def judged(seen: Evidence) -> tuple[Check, ...]:
    return (
        Check("before: the model answers", seen.before.status == 200),
        Check(
            f"{seen.waited:.1f} s after the new file was there: refused by the new rule",
            seen.after.status == 400 and "rule no-falcon: No birds tonight." in seen.after.sentence(),
        ),
        Check("no process was started again for it", seen.processes[0] == seen.processes[1]),
        Check("a file with mistakes raises the alarm (gatehouse_policy_stale 1)", seen.alarm),
        Check("the log names each mistake with file and line", ":3:" in seen.refusals and ":4:" in seen.refusals),
        Check("the last good rules stay in force", seen.with_bad.status == 400 and _same(seen.with_bad, seen.after)),
    )


def _same(one: Answer, other: Answer) -> bool:
    return one.sentence().partition("(exchange")[0] == other.sentence().partition("(exchange")[0]


async def run(stage: Stage) -> Seen:
    file, first = stage.settings.file, _process(stage)
    policy = (file.parent if file else stage.folder) / "policies" / "tonight.yaml"

    async def ask() -> Answer:
        return await post(stage.url, stage.bearer(), prompt(ASKED))

    async def refused() -> bool:
        return (await ask()).status != 200

    before, began = await ask(), time.monotonic()
    policy.write_text(NEW)
    await until(refused, IN_FORCE_WITHIN)
    after, waited = await ask(), time.monotonic() - began
    policy.write_text(BAD)
    alarm = await until(lambda: asyncio.to_thread(_stale, stage.health), IN_FORCE_WITHIN)
    with_bad, refusals = await ask(), _refusals(stage)
    policy.write_text(NEW)
    seen = Evidence(before, after, with_bad, waited, alarm, refusals, (first, _process(stage)))
    return Seen(
        (
            Shown("agent sent", ASKED),
            Shown("new file", NEW.splitlines()[-1].strip()),
            Shown("agent got", after.sentence()),
            Shown("bad file", BAD.splitlines()[-1].strip()),
            Shown("agent got", with_bad.sentence()),
        ),
        judged(seen),
    )


def _process(stage: Stage) -> int:
    process = stage.data_plane().process
    return process.pid if process else 0


def _stale(health: str) -> bool:
    try:
        with urlopen(f"{health}/metrics", timeout=5) as page:  # noqa: S310  (loopback, our own)
            return b"\ngatehouse_policy_stale 1.0" in page.read()
    except OSError:
        return False


def _refusals(stage: Stage) -> str:
    lines = stage.data_plane().log.read_text(errors="replace").splitlines()
    return "\n".join(line for line in lines if "policies refused" in line)


STEP = Step("change", "A policy change needs no restart, and a bad one changes nothing", run)
