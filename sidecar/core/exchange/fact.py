"""What the record is told of an exchange: JSON-ready, and never a sensitive value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sidecar.core.exchange.rules import Court, Rules
from sidecar.core.model.action import Action
from sidecar.core.model.caller import Caller
from sidecar.core.model.finding import Finding, Verdict
from sidecar.core.model.http import RequestHead
from sidecar.core.model.scanned import Scan, Scanned
from sidecar.core.wire.claude.answer import Usage
from sidecar.core.wire.claude.request import ClaudeRequest

Fact = Mapping[str, object]


def finding_fact(finding: Finding) -> Fact:
    return {
        "rule": finding.rule,
        "detector": finding.detector,
        "place": finding.place.value,
        "path": finding.path,
        "action": finding.action.name.lower(),
        "how": finding.how.value if finding.how else None,
        "placeholder": finding.placeholder,
        "shadow": finding.shadow,
    }


def caller_fact(caller: Caller | None) -> Fact | None:
    if caller is None:
        return None
    return {
        "subject": caller.subject,
        "provider": caller.provider,
        "groups": list(caller.groups),
        "claimed_session": caller.claimed_session,
        "claimed_agent": caller.claimed_agent,
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
            "caller": caller_fact(self.caller),
            "session": self.session,
            "connection": self.connection,
            "endpoint": self.endpoint,
            "method": self.head.method,
            "model": self.model,
            "policy": self.policy,
            "verdict": verdict.action.name.lower(),
            "rule": verdict.rule,
            "policy_name": verdict.policy,
            "say": verdict.say,
            "refused_with": refused_with,
            "shadow": [{"action": one.action.name.lower(), "rule": one.rule} for one in self.shadow],
            "findings": [finding_fact(one) for one in self.findings],
            "scanned": scanned_fact(self.scanned),
            "bytes_in": self.bytes_in,
        }
