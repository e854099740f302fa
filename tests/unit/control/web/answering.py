"""A record in a few lines, which answers what pages ask."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sidecar.control.web.questions.asking import Away, NotReadable
from sidecar.control.web.questions.figures import Counted, Holds, InForce, Overview, Policies, RuleHits, Span
from sidecar.control.web.questions.proofs import (
    Anchor,
    Chain,
    Download,
    Evidence,
    Key,
    Report,
    ReportLine,
    Verification,
)
from sidecar.control.web.questions.rehearsed import Asker, Explained, RuleLine
from sidecar.control.web.questions.sessions import (
    Call,
    Calls,
    Frame,
    Held,
    Kept,
    Replay,
    SessionLine,
    SessionPage,
    Story,
    ToolCall,
    Turn,
    Which,
)

NASTY = "<script>alert(1)</script>\u202e\x1b[31m"
HERE = {"[EMAIL_K7Q2M9XA]": "mails"}
CALL = Call(
    "gx_1", 1_799_999_000.0, 1_799_999_004.0, NASTY, "agent", "s/1", "claude", "claude-x", "deny", "no-zephyr",
    "answered", 200, 2, 1234, 4.0,
)  # fmt: skip
TURN = Turn(
    number=1, call=CALL, say=f"no {NASTY}", stop_reason="end_turn", input_tokens=10, output_tokens=20, cached_tokens=30,
    cost=0.0123, gate_ms=3.2, upstream_ms=4000.0, human_ms=0.0, policy="d", prompt=f"to [EMAIL_K7Q2M9XA] {NASTY}",
    answer="done", tools=[ToolCall("Bash", f'{{"command": "{NASTY}"}}')],
    kept=[Kept("request", "mails", "pii/email", "messages[0]", "mask", "[EMAIL_K7Q2M9XA]", False)],
    held=[Held("Bash", "deploys", "approved", "grace", NASTY, 4.2)], moment=350,
)  # fmt: skip
LINE = ReportLine("denials", "Denials and why", "What was stopped?", ("SOC 2 CC7.2",))


@dataclass
class Answering:
    """`away`: why nothing can be asked."""

    away: Away | None = None
    check: Verification | None = None
    asked: list[tuple[str, object]] = field(default_factory=list)

    def _note(self, name: str, *given: object) -> None:
        self.asked.append((name, given))
        if self.away is not None:
            raise self.away

    async def overview(self, span: Span) -> Overview:
        self._note("overview", span)
        count = len(span.moments)
        row = [float(n) for n in range(count)]
        return Overview(
            span=span,
            verdicts={"allow": row, "mask": row, "hold": [0.0] * count, "deny": [1.0] * count},
            spend={NASTY: row},
            latency={"p50": [1.0] * count, "p90": [None] * count, "p99": [None, *[9.0] * (count - 1)]},
            masked=[Counted("pii/email", 7)],
            rules=[Counted(NASTY, 3)],
            callers=[],
            holds=Holds(2, 1, 1, 0, 61.0, 90.0),
            hold_counts=row,
            hold_seconds=[None] * count,
            percentiles={"gate p50": 1.0},
            people=3,
            tokens=12_000,
            before=10,
        )

    async def calls(self, which: Which, after: str | None, newer: float | None) -> Calls:
        self._note("calls", which, after, newer)
        return Calls([CALL], 12.5, "1-gx_1")

    async def sessions(self, which: Which, after: str | None) -> SessionPage:
        self._note("sessions", which, after)
        line = SessionLine("s/1", NASTY, "agent", 1.0, 61.0, 3, 1, 1, 2, ["claude-x"], 1234, 0.5)
        return SessionPage([line] if which.text != "nothing" else [], "1-s")

    async def story(self, session: str, after: int, most: int) -> Story | None:
        self._note("story", session, after, most)
        story = Story(session, NASTY, "agent", 1.0, 61.0, 1, [TURN], HERE)
        return story if session == "s1" else None

    async def replay(self, session: str) -> Replay | None:
        self._note("replay", session)
        frames = [Frame(0, 1, "turn", "deny", 0, "claude-x"), Frame(350, 1, "text", "user", 0, TURN.prompt)]
        return Replay(session, 700, frames, HERE) if session == "s1" else None

    async def policies(self, span: Span) -> Policies:
        self._note("policies", span)
        count = len(span.moments)
        rules = [
            RuleHits(NASTY, [1.0] * count, [0.0] * count, ["pii/email"]),
            RuleHits("near", [0.0] * count, [2.0] * count),
        ]
        return Policies(span, [InForce("digest", ["agents"], 1.0, 5, 2.0)], rules, [f"p.yaml:3: {NASTY}"])

    async def explain(self, asker: Asker, body: bytes) -> Explained:
        self.asked.append(("explain", (asker, body)))
        if body == b"{":
            raise NotReadable("This begins like JSON, but it is not.")
        kept = Kept("prompt", "mails", "pii/email", "messages[0]", "mask", "[EMAIL_K7Q2M9XA]", False)
        lines = [
            RuleLine("p", "mails", "mask", False, None, True, [kept]),
            RuleLine("p", "x", "deny", True, "not theirs", False, ()),
        ]
        return Explained("mask", "p", "mails", "because", f"[EMAIL_K7Q2M9XA] {NASTY}", "model x", lines, HERE)

    async def evidence(self) -> Evidence:
        self._note("evidence")
        chains = [Chain("gc_1", 10, 1, 2, 3, 1.0, 2.0, True)]
        anchors = [Anchor("/a", 3, 1.0, 0), Anchor("/b", None, None, None), Anchor("/c", 0, None, None, "not there")]
        return Evidence(chains, anchors, [Key("k1", "2026", True)], [LINE])

    async def verify(self, by: str) -> None:
        self.asked.append(("verify", by))
        self.check = Verification(1.0, by, share=0.5, events=7)

    async def verification(self) -> Verification | None:
        return self.check

    def ends(self, **how: object) -> None:
        assert self.check is not None
        self.check = replace(self.check, **{"ended": 9.0, **how})  # type: ignore[arg-type]

    async def report_line(self, name: str) -> ReportLine | None:
        return LINE if name == "denials" else None

    async def report(self, name: str, begin: float, until: float, team: str, page: int) -> Report | None:
        self._note("report", name, begin, until, team)
        cells: Sequence[Sequence[str]] = [[NASTY, "3"]]
        return (
            Report(
                LINE,
                ["rule", "denials"],
                cells,
                page,
                3,
                [False, True],
                [(NASTY, 3.0)],
                "denials by rule",
                "1 row.",
                None,
            )
            if name == "denials"
            else None
        )

    async def report_as(self, name: str, form: str, begin: float, until: float, team: str) -> Download | None:
        self._note("report_as", name, form, begin, until, team)
        return Download("d.csv", "text/csv", b"rule\n") if form == "csv" else None
