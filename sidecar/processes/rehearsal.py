"""Judge a call without a gate: the same decision, by the same code, with nobody at the other end.

Rule: the key of the placeholders is a fixed one, so that a rehearsal gives the same result every time; the
placeholders of a real gate are others.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sidecar.core.errors import Refused
from sidecar.core.exchange.answer_body import AnswerBody
from sidecar.core.exchange.decide import decide
from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.outcome import Arrived, Decision, Go, Reply
from sidecar.core.exchange.rules import Rules
from sidecar.core.model.action import Action
from sidecar.core.model.caller import Caller
from sidecar.core.model.connection import Connection, Kind
from sidecar.core.model.finding import Finding
from sidecar.core.model.http import RequestHead, ResponseHead
from sidecar.core.policy.book import Book
from sidecar.core.policy.judge import severest

MASK_KEY = b"gatehouse rehearsal: not a secret"
MODEL = "claude-sonnet-4-5"


@dataclass(frozen=True, slots=True)
class Call:
    """`answer`: the content of the message that the model would answer with."""

    caller: Caller
    connection: str
    path: str
    body: bytes
    answer: Sequence[object] | None = None
    method: str = "POST"

    def at(self) -> Connection:
        return Connection(self.connection, Kind.CLAUDE, "https://api.anthropic.com")


@dataclass(frozen=True, slots=True)
class Outcome:
    """`text`: every string of what passes at the end, or what the client is told instead."""

    verdict: str
    policy: str | None
    rule: str | None
    findings: tuple[Mapping[str, object], ...]
    shadow: tuple[str, ...]
    text: str


def prompt_body(prompt: str) -> bytes:
    """A request with one user message."""
    return json.dumps(
        {"model": MODEL, "max_tokens": 1024, "messages": [{"role": "user", "content": prompt}]}, ensure_ascii=False
    ).encode()


def prompt_passed(text: str) -> str:
    """Of what passes of such a request: the message alone."""
    return text.removeprefix(_strings(prompt_body("")))


def rehearsed(book: Book, call: Call, rules: Rules | None = None) -> Outcome:
    """What would come of a call. `rules`: the book's, if they are compiled already."""
    gate = Gate(rules or Rules.of(book), (call.at(),), MASK_KEY)
    head = RequestHead(call.method, call.path, (("content-type", "application/json"),))
    decision = decide(gate, Arrived("rehearsal", head, call.caller, call.body or None, 0.0))
    outcome = _of_request(decision)
    if book.for_caller(call.caller, call.at()) is None:
        return Outcome("nobody", None, None, (), (), outcome.text)
    if call.answer is None or not isinstance(decision.outcome, Go):
        return outcome
    return _of_answer(outcome, AnswerBody(decision.outcome.answer, _HEAD), call.answer)


_HEAD = ResponseHead(200, (("content-type", "application/json"),))


def _of_request(decision: Decision) -> Outcome:
    fact = decision.fact
    found = fact["findings"]
    findings = tuple(found) if isinstance(found, Sequence) else ()
    named = fact["shadow"]
    in_shadow = [str(one["rule"]) for one in (*(named if isinstance(named, Sequence) else ()), *_shadow(findings))]
    return Outcome(
        str(fact["verdict"]),
        _text(fact["policy_name"]),
        _text(fact["rule"]),
        tuple(one for one in findings if not one["shadow"]),
        tuple(dict.fromkeys(in_shadow)),
        _passed(decision.outcome),
    )


def _of_answer(request: Outcome, body: AnswerBody, content: Sequence[object]) -> Outcome:
    message = {"id": "msg_rehearsal", "type": "message", "role": "assistant", "model": MODEL, "content": content}
    try:
        body.feed(json.dumps({**message, "stop_reason": "end_turn", "usage": {}}, ensure_ascii=False).encode())
        body.judge()
        while body.calls.waiting:
            body.calls.decided(approved=True, approval="")  # held, and shown as it would leave
        text = _strings(body.end())
    except Refused as refused:
        text = refused.message
    verdict, action = severest((body.judged.verdict, body.calls.verdict)), Action[request.verdict.upper()]
    answered = verdict.action > action
    found = [one for one in body.judged.findings if not one.shadow]
    shadow = [one.rule for one in body.judged.findings if one.shadow]
    shadow += [one.rule or "" for ruled in body.calls.told() for one in ruled.shadow]
    return Outcome(
        verdict.action.name.lower() if answered else request.verdict,
        verdict.policy if answered else request.policy,
        verdict.rule if answered else request.rule,
        (*request.findings, *map(_plain, found)),
        tuple(dict.fromkeys((*request.shadow, *shadow))),
        text,
    )


def _plain(finding: Finding) -> Mapping[str, object]:
    return {
        "rule": finding.rule,
        "detector": finding.detector,
        "place": finding.place.value,
        "path": finding.path,
        "action": finding.action.name.lower(),
        "placeholder": finding.placeholder,
    }


def _shadow(findings: Sequence[Mapping[str, object]]) -> list[Mapping[str, object]]:
    return [one for one in findings if one["shadow"]]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _passed(outcome: Go | Reply | Refused) -> str:
    if isinstance(outcome, Refused):
        return outcome.message
    return _strings(outcome.body or b"")


def _strings(body: bytes) -> str:
    """All strings of a JSON document, decoded, a line each."""
    found: list[str] = []
    waiting: list[object] = [json.loads(body)] if body.strip().startswith((b"{", b"[")) else [body.decode()]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            waiting += [*reversed(value.values()), *reversed(value)]
        elif isinstance(value, list):
            waiting += reversed(value)
    return "\n".join(found)
