"""Step: tools and signed thinking over several turns; the model sees a stable past."""

from dataclasses import dataclass

from sidecar.processes.demo.agent import Turn
from sidecar.processes.demo.planted import Planted
from sidecar.processes.demo.play import COUNT_LINES, READ_SETTINGS, SAY_THANKS
from sidecar.processes.demo.stage import Stage
from sidecar.processes.demo.step import Check, Seen, Shown, Step

PROMPTS = (
    f"{READ_SETTINGS} and put the contact into contact.txt.",
    f"{COUNT_LINES} does it have?",
    f"{SAY_THANKS}, that is all.",
)


@dataclass(frozen=True, slots=True)
class Report:
    """What the model noticed about how it was told its past."""

    complaints: int
    signatures: int
    replayed: int

    @classmethod
    def of(cls, report: dict[str, object]) -> "Report":
        complaints = report["complaints"]
        return cls(
            len(complaints) if isinstance(complaints, list) else 0,
            int(str(report["signatures_checked"])),
            int(str(report["answers_replayed"])),
        )

    def since(self, before: "Report") -> "Report":
        return Report(
            self.complaints - before.complaints, self.signatures - before.signatures, self.replayed - before.replayed
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """`copied`: what a tool wrote to the disk. `arrived`: all that the model received meanwhile."""

    planted: Planted
    turns: tuple[Turn, ...]
    copied: str
    arrived: bytes
    report: Report


def judged(seen: Evidence) -> tuple[Check, ...]:
    planted, report = seen.planted, seen.report
    tools = sum(len(turn.tools) for turn in seen.turns)
    thoughts = sum(turn.thoughts for turn in seen.turns)
    leaks = planted.token.traces(seen.arrived) + planted.mail.traces(seen.arrived)
    read = [turn.cache_read for turn in seen.turns]
    return (
        Check(
            f"{len(seen.turns)} turns with {tools} tool calls and {thoughts} thoughts went well",
            tools >= 3 and thoughts >= 3 and not any(turn.failed for turn in seen.turns),
        ),
        Check(
            "the tool's output holds a token and an address; the model saw neither", bool(seen.arrived) and not leaks
        ),
        Check("the model's tool call wrote the real address to the disk", seen.copied.strip() == planted.mail.value),
        Check(
            f"{report.signatures} signatures and {report.replayed} earlier answers came back to the model: "
            f"{report.complaints} complaints about a changed past",
            report.signatures > 3 and report.replayed > 3 and report.complaints == 0,
        ),
        Check(
            f"its prompt cache stayed warm: {', '.join(f'{tokens:,}' for tokens in read)} tokens read from it",
            all(tokens > 0 for tokens in read[1:]) and len(read) > 1,
        ),
    )


async def run(stage: Stage) -> Seen:
    planted, past = stage.planted, stage.models.main.world.past
    before, reached = Report.of(past.report()), stage.mark()
    async with stage.agent("talking") as agent:
        settings = f"name: orders\ntoken: {planted.token.value}\ncontact: {planted.mail.value}\n"
        (agent.work / "settings.txt").write_text(settings)
        turns = tuple([await agent.tell(text) for text in PROMPTS])
        copy = agent.work / "contact.txt"
        copied = copy.read_text() if copy.exists() else ""
    arrived = b"\n".join(one.everything() for one in reached())
    told = [
        Shown(label, text)
        for asked, turn in zip(PROMPTS, turns, strict=True)
        for label, text in (("agent sent", asked), ("agent got", turn.texts[-1] if turn.texts else "nothing"))
    ]
    report = Report.of(past.report()).since(before)
    return Seen(
        (*told, Shown("on the disk", f"contact.txt: {copied.strip()}")),
        judged(Evidence(planted, turns, copied, arrived, report)),
    )


STEP = Step("conversation", "Tools and signed thinking work, and the model sees a stable past", run)
