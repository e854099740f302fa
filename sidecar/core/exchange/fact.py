"""What the record is told of an exchange: JSON-ready, and never a sensitive value.

Rules:
- A word that the client chose (a model's name, a path, a claimed session) is recorded only if no detector in force
  finds anything in it, whether a rule minds or not.
- As many findings as a person might read; the rest is counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from sidecar.core.detect.compiled import Compiled
from sidecar.core.exchange.commands import Record
from sidecar.core.exchange.request_record import Material
from sidecar.core.exchange.rules import Court, Rules
from sidecar.core.exchange.shape import Shape
from sidecar.core.model.action import Action
from sidecar.core.model.caller import Caller
from sidecar.core.model.finding import Finding, Verdict
from sidecar.core.model.http import RequestHead
from sidecar.core.model.scanned import Scan, Scanned
from sidecar.core.wire.claude.answer import Usage
from sidecar.core.wire.claude.errors import error_response
from sidecar.core.wire.claude.request import ClaudeRequest

Fact = Mapping[str, object]
# A list of addresses has thousands; the record keeps each fact for years.
MOST_FINDINGS = 500
WITHHELD = "(withheld: it looks like something that may not be stored)"


def finding_fact(finding: Finding, compiled: Compiled) -> Fact:
    """A path shows keys that look like the name of a field, and so does `sk_live_` with letters behind it."""
    return {
        "rule": finding.rule,
        "detector": finding.detector,
        "place": finding.place.value,
        "path": storable(finding.path, compiled),
        "action": finding.action.name.lower(),
        "how": finding.how.value if finding.how else None,
        "placeholder": finding.placeholder,
        "shadow": finding.shadow,
    }


def findings_facts(findings: Sequence[Finding], compiled: Compiled) -> dict[str, object]:
    return {
        "findings": [finding_fact(one, compiled) for one in findings[:MOST_FINDINGS]],
        "findings_left_out": max(0, len(findings) - MOST_FINDINGS),
    }


def storable(word: str | None, compiled: Compiled) -> str | None:
    """A word of the client's, if it may be stored."""
    return WITHHELD if word is not None and compiled.finds(word) else word


def all_storable(words: Sequence[str | None], compiled: Compiled) -> list[str | None]:
    return [storable(word, compiled) for word in words]


def storable_path(path: str, compiled: Compiled) -> str:
    """Each step of it by itself, too: some detectors do not take what stands behind a slash for what it may be here."""
    shown = storable(path, compiled)
    return path if shown == path and storable(path.replace("/", "\n"), compiled) != WITHHELD else WITHHELD


def caller_fact(caller: Caller | None, compiled: Compiled) -> Fact | None:
    if caller is None:
        return None
    return {
        "subject": caller.subject,
        "provider": caller.provider,
        "groups": list(caller.groups),
        "claimed_session": storable(caller.claimed_session, compiled),
        "claimed_agent": storable(caller.claimed_agent, compiled),
        "workload": caller.workload,
    }


def scanned_fact(scanned: Scanned) -> Fact:
    return {"extent": scanned.extent.value, "why": list(scanned.why)}


def usage_fact(usage: Usage) -> Fact:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read_input_tokens": usage.cache_read_input_tokens,
        "cache_creation_input_tokens": usage.cache_creation_input_tokens,
    }


@dataclass(slots=True)
class Notes:
    """Filled in while a request is decided, so that a refusal half-way records what was known by then."""

    exchange: str
    head: RequestHead
    caller: Caller | None
    at: float
    compiled: Compiled
    connection: str | None = None
    endpoint: str | None = None
    model: str | None = None
    session: str | None = None
    policy: str | None = None
    verdict: Verdict | None = None
    shadow: tuple[Verdict, ...] = ()
    findings: tuple[Finding, ...] = ()
    scanned: Scanned = field(default_factory=lambda: Scanned(Scan.NOT, ("refused before it was read",)))
    bytes_in: int = 0
    material: Material | None = None
    passing_when_full: tuple[str, ...] = ()
    shape: Shape = error_response
    calls: list[Record] = field(default_factory=list)

    def rules(self, rules: Rules, court: Court, request: ClaudeRequest | None, session: str | None) -> None:
        self.policy = rules.digest
        self.shadow = court.shadow
        self.session = session
        self.model = request.model if request else None

    def fact(self, refused_with: int | None) -> Fact:
        verdict = self.verdict or Verdict(Action.ALLOW)
        return {
            "exchange": self.exchange,
            "at": self.at,
            "caller": caller_fact(self.caller, self.compiled),
            "session": storable(self.session, self.compiled),
            "connection": self.connection,
            "endpoint": self.endpoint,
            "method": storable(self.head.method, self.compiled),
            "path": storable_path(unquote(self.head.path.partition("?")[0]), self.compiled),
            "model": storable(self.model, self.compiled),
            "policy": self.policy,
            "verdict": verdict.action.name.lower(),
            "rule": verdict.rule,
            "policy_name": verdict.policy,
            "say": verdict.say,
            "refused_with": refused_with,
            "shadow": [{"action": one.action.name.lower(), "rule": one.rule} for one in self.shadow],
            **findings_facts(self.findings, self.compiled),
            "scanned": scanned_fact(self.scanned),
            "bytes_in": self.bytes_in,
        }
