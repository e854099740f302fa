"""What the pages ask of the record, and the values they get.

Strategy: the record belongs to another edge of this program; whoever composes the console answers these questions.

Rules:
- `Away`: the record cannot be asked now. It is no fault of the page: it says so calmly, and what to do.
- Times are Unix seconds. A list comes in pages: `after` of one asks for the next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sidecar.core.errors import GatehouseError

VERDICTS = ("allow", "mask", "hold", "deny")


class Away(GatehouseError):  # noqa: N818  (an answer)
    """Why the record cannot be asked, in a sentence for whoever runs it. `set`: whether one is configured at all."""

    def __init__(self, sentence: str, configured: bool = True) -> None:
        super().__init__(sentence)
        self.configured = configured


class NotReadable(GatehouseError):  # noqa: N818  (an answer)
    """What was pasted is not what can be asked about; the sentence says what is."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin` up to `until`, in pieces of `step` seconds."""

    begin: float
    until: float
    step: float

    @property
    def moments(self) -> Sequence[float]:
        """Where each piece begins."""
        return [self.begin + number * self.step for number in range(round((self.until - self.begin) / self.step))]


@dataclass(frozen=True, slots=True)
class Counted:
    name: str
    count: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Holds:
    """`seconds`: how long people took, median and nine in ten; nothing if nobody decided."""

    asked: int = 0
    approved: int = 0
    denied: int = 0
    expired: int = 0
    median: float | None = None
    slow: float | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """Rows by name, with one number for each piece of the span. `before`: calls in the span before this one."""

    span: Span
    verdicts: Mapping[str, Sequence[float]]
    spend: Mapping[str, Sequence[float]]
    latency: Mapping[str, Sequence[float | None]]
    masked: Sequence[Counted]
    rules: Sequence[Counted]
    callers: Sequence[Counted]
    holds: Holds
    hold_counts: Sequence[float]
    hold_seconds: Sequence[float | None]
    percentiles: Mapping[str, float]
    people: int = 0
    tokens: int = 0
    before: int = 0

    @property
    def calls(self) -> int:
        return round(sum(sum(row) for row in self.verdicts.values()))

    @property
    def cost(self) -> float:
        return sum(sum(row) for row in self.spend.values())

    def of(self, verdict: str) -> int:
        return round(sum(self.verdicts.get(verdict, ())))


@dataclass(frozen=True, slots=True)
class Which:
    """Which calls or sessions; what is not said does not matter."""

    verdict: str | None = None
    caller: str | None = None
    connection: str | None = None
    text: str | None = None
    since: float | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One exchange as a line."""

    exchange: str
    at: float
    changed: float
    subject: str
    agent: str
    session: str
    connection: str
    model: str
    verdict: str
    rule: str
    outcome: str
    status: int
    findings: int
    tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Calls:
    """The newest first. `upto`: what came later than this is new."""

    rows: Sequence[Call]
    upto: float
    after: str | None = None


@dataclass(frozen=True, slots=True)
class SessionLine:
    session: str
    subject: str
    agent: str
    began: float
    ended: float
    calls: int
    denied: int
    held: int
    findings: int
    models: Sequence[str]
    tokens: int
    cost: float


@dataclass(frozen=True, slots=True)
class SessionPage:
    rows: Sequence[SessionLine]
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A value that a rule found; never the value."""

    side: str
    rule: str
    detector: str
    path: str
    action: str
    placeholder: str
    shadow: bool


@dataclass(frozen=True, slots=True)
class Held:
    tool: str
    rule: str
    decision: str
    who: str
    rationale: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class ToolCall:
    name: str
    given: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange of a session. `moment`: milliseconds into the replay at which it begins."""

    number: int
    call: Call
    say: str
    stop_reason: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost: float
    gate_ms: float
    upstream_ms: float
    human_ms: float
    policy: str
    prompt: str
    answer: str
    tools: Sequence[ToolCall]
    kept: Sequence[Kept]
    held: Sequence[Held]
    moment: int


@dataclass(frozen=True, slots=True)
class Story:
    """`span` in seconds. `turns` may be a part of `count`."""

    session: str
    subject: str
    agent: str
    began: float
    ended: float
    count: int
    turns: Sequence[Turn]
    placeholders: Mapping[str, str]
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """Something that appears `at` milliseconds after the beginning of the replay."""

    at: int
    turn: int
    kind: str
    role: str
    block: int
    text: str


@dataclass(frozen=True, slots=True)
class Replay:
    """`kinds` of frames: `turn` (its heading), `changed` (what a rule did), and those of the conversation."""

    session: str
    length: int
    frames: Sequence[Frame]
    placeholders: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RuleHits:
    """`near`: what a rule in shadow would have done. One number for each piece of the span."""

    rule: str
    hits: Sequence[float]
    near: Sequence[float]
    detectors: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class InForce:
    """A set of policies, by its digest."""

    digest: str
    policies: Sequence[str]
    since: float | None
    calls: int
    last: float | None


@dataclass(frozen=True, slots=True)
class Policies:
    span: Span
    in_force: Sequence[InForce]
    rules: Sequence[RuleHits]
    refused: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Asker:
    subject: str
    groups: Sequence[str]
    connection: str
    path: str


@dataclass(frozen=True, slots=True)
class RuleLine:
    """What a rule came to on a pasted request."""

    policy: str
    rule: str
    does: str
    shadow: bool
    idle: str | None
    applies: bool
    found: Sequence[Kept]


@dataclass(frozen=True, slots=True)
class Explained:
    verdict: str
    policy: str | None
    rule: str | None
    because: str
    passes: str
    facts: str
    lines: Sequence[RuleLine]
    placeholders: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Chain:
    """A life of a gate. `unsigned`: events after the last checkpoint."""

    name: str
    events: int
    missing: int
    unsigned: int
    checkpoints: int
    first: float
    last: float
    closed: bool


@dataclass(frozen=True, slots=True)
class Anchor:
    """`behind`: signed checkpoints that it does not have yet, nothing if that cannot be seen from here."""

    name: str
    lines: int | None
    newest: float | None
    behind: int | None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    id: str
    since: str
    signs: bool


@dataclass(frozen=True, slots=True)
class Verification:
    """`share`: how far it is, from 0 to 1. `ended` is nothing while it runs."""

    begun: float
    by: str
    ended: float | None = None
    share: float = 0.0
    events: int = 0
    chains: int = 0
    unsigned: int = 0
    integrity: bool = False
    completeness: bool = False
    faults: Sequence[str] = ()
    left_out: int = 0
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class ReportLine:
    name: str
    title: str
    question: str
    controls: Sequence[str]


@dataclass(frozen=True, slots=True)
class Report:
    """`good`: nothing where rows are no matter of good or bad. `cells`: as a person reads them."""

    line: ReportLine
    columns: Sequence[str]
    cells: Sequence[Sequence[str]]
    numbers: Sequence[bool]
    bars: Sequence[tuple[str, float]]
    bars_title: str
    says: str
    good: bool | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """`away`: why the database could not be asked for its chains."""

    chains: Sequence[Chain]
    anchors: Sequence[Anchor]
    keys: Sequence[Key]
    reports: Sequence[ReportLine]
    away: str | None = None


@dataclass(frozen=True, slots=True)
class Download:
    name: str
    media: str
    body: bytes


class Questions(Protocol):
    """Every one may raise `Away`."""

    async def overview(self, span: Span) -> Overview: ...

    async def calls(self, which: Which, after: str | None, newer: float | None) -> Calls: ...

    async def sessions(self, which: Which, after: str | None) -> SessionPage: ...

    async def story(self, session: str, after: int, most: int) -> Story | None: ...

    async def replay(self, session: str) -> Replay | None: ...

    async def policies(self, span: Span) -> Policies: ...

    async def explain(self, asker: Asker, body: bytes) -> Explained:
        """Or `NotReadable`."""

    async def evidence(self) -> Evidence: ...

    async def verify(self, by: str) -> None:
        """Begins one in the background unless one runs."""

    async def verification(self) -> Verification | None:
        """The one that runs, or the last."""

    async def report(self, name: str, begin: float, until: float, team: str) -> Report | None: ...

    async def report_as(self, name: str, form: str, begin: float, until: float, team: str) -> Download | None: ...
