"""Judge a call without a gate: the same decision, by the same code, with nobody at the other end.

Rule: the key of the placeholders is a fixed one, so that a rehearsal gives the same result every time; the
placeholders of a real gate are others.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sidecar.core.errors import Refused
from sidecar.core.exchange.answer_body import AnswerBody
from sidecar.core.exchange.answering import answering
from sidecar.core.exchange.commands import SendAnswer
from sidecar.core.exchange.context import AnswerContext
from sidecar.core.exchange.decide import decide
from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.outcome import Arrived, Decision, Go, Reply
from sidecar.core.exchange.route import NAMED
from sidecar.core.exchange.rules import Rules
from sidecar.core.model.action import Action
from sidecar.core.model.caller import Caller
from sidecar.core.model.connection import Connection, Kind
from sidecar.core.model.finding import Finding, Verdict
from sidecar.core.model.http import Headers, RequestHead, ResponseHead
from sidecar.core.policy.book import Book
from sidecar.core.policy.judge import severest

MASK_KEY = b"gatehouse rehearsal: not a secret"
MODEL = "claude-sonnet-4-5"


JSON: Headers = (("content-type", "application/json"),)
TEXT: Headers = (("content-type", "text/plain"),)
HANDSHAKE: Headers = (("sec-websocket-version", "13"), ("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA=="))


@dataclass(frozen=True, slots=True)
class Call:
    """`answer`: the content of the message that the model would answer with; `said`: what any other server would: the
    result of a message, or a body. `path`: behind the connection, where it is not a model's. `upgrade`: what it would
    leave HTTP for."""

    caller: Caller
    connection: str
    path: str
    body: bytes
    answer: Sequence[object] | None = None
    method: str = "POST"
    said: object = None
    kind: Kind = Kind.CLAUDE
    headers: Headers = JSON
    upgrade: str = ""

    def at(self) -> Connection:
        url = _URLS.get(self.kind, f"https://{self.connection}.internal")
        return Connection(self.connection, self.kind, url, upgrades=(self.upgrade,) if self.upgrade else ())

    @property
    def whole_path(self) -> str:
        return self.path if self.kind is Kind.CLAUDE else f"{NAMED}{self.connection}{self.path}"


_URLS = {Kind.CLAUDE: "https://api.anthropic.com"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """`text`: every string of what passes at the end, or what the client is told instead. `content`: of the message
    that it gets."""

    verdict: str
    policy: str | None
    rule: str | None
    findings: tuple[Mapping[str, object], ...]
    shadow: tuple[str, ...]
    text: str
    content: Sequence[object] = ()


def upgrading(call: Call, upgrade: str) -> Call:
    """The same, as a proper handshake at a connection that takes it."""
    return replace(call, upgrade=upgrade, headers=(*call.headers, *HANDSHAKE))


def prompt_body(prompt: str) -> bytes:
    """A request with one user message."""
    return json.dumps(
        {"model": MODEL, "max_tokens": 1024, "messages": [{"role": "user", "content": prompt}]}, ensure_ascii=False
    ).encode()


def mcp_body(method: str, params: Mapping[str, object]) -> bytes:
    """A message to an MCP server."""
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return json.dumps(message, ensure_ascii=False).encode()


def prompt_passed(text: str) -> str:
    """Of what passes of such a request: the message alone."""
    return text.removeprefix(_strings(prompt_body("")))


def rehearsed(book: Book, call: Call, rules: Rules | None = None) -> Outcome:
    """What would come of a call. `rules`: the book's, if they are compiled already."""
    gate = Gate(rules or Rules.of(book), (call.at(),), MASK_KEY)
    head = RequestHead(call.method, call.whole_path, call.headers)
    decision = decide(gate, Arrived("rehearsal", head, call.caller, call.body or None, 0.0, call.upgrade))
    outcome = _of_request(decision)
    if book.for_caller(call.caller, call.at()) is None:
        return Outcome("nobody", None, None, (), (), outcome.text)
    if not isinstance(decision.outcome, Go):
        return outcome
    if call.said is not None:
        return _of_server(outcome, decision.outcome.answer, call)
    return outcome if call.answer is None else _of_answer(outcome, decision.outcome.answer, call.answer)


_HEAD = ResponseHead(200, JSON)


def _of_request(decision: Decision) -> Outcome:
    fact = decision.fact
    found = fact["findings"]
    findings = tuple(found) if isinstance(found, Sequence) else ()
    named = fact["shadow"]
    in_shadow = [str(one["rule"]) for one in (*(named if isinstance(named, Sequence) else ()), *_shadow(findings))]
    on_calls = [one.fact["shadow"] for one in decision.calls if one.kind == "tool_call"]
    in_shadow += [str(one["rule"]) for each in on_calls if isinstance(each, Sequence) for one in each]
    return Outcome(
        str(fact["verdict"]),
        _text(fact["policy_name"]),
        _text(fact["rule"]),
        tuple(one for one in findings if not one["shadow"]),
        tuple(dict.fromkeys(in_shadow)),
        _passed(decision.outcome),
    )


def _of_server(request: Outcome, context: AnswerContext, call: Call) -> Outcome:
    """What an MCP server or any other says."""
    said = {"jsonrpc": "2.0", "id": 1, "result": call.said} if call.kind is Kind.MCP else call.said
    plain = isinstance(said, str)
    body = said.encode() if isinstance(said, str) else json.dumps(said, ensure_ascii=False).encode()
    answer = answering(context, ResponseHead(200, TEXT if plain else JSON), 0.0)
    answer.feed(body, 0.0)
    sent = b"".join(one.data for one in answer.end(0.0, b"") if isinstance(one, SendAnswer))
    return _with_answer(request, answer.judged.verdict, answer.judged.findings, (), _strings(sent))


def _of_answer(request: Outcome, context: AnswerContext, content: Sequence[object]) -> Outcome:
    body = AnswerBody(context, _HEAD)
    message = {"id": "msg_rehearsal", "type": "message", "role": "assistant", "model": MODEL, "content": content}
    try:
        body.feed(json.dumps({**message, "stop_reason": "end_turn", "usage": {}}, ensure_ascii=False).encode())
        body.judge()
        held = [one.ruled.verdict for one in body.calls.waiting]
        while body.calls.waiting:
            body.calls.decided(approved=True, approval="rehearsal")
        sent = body.end()
        text, content = _strings(sent), json.loads(sent).get("content", [])
    except Refused as refused:
        text, content, held = refused.message, [], []
    calls = body.calls
    verdict = severest((body.judged.verdict, calls.verdict, *held))
    shadow = [one.rule for ruled in calls.told() for one in ruled.shadow if one.rule]
    return replace(_with_answer(request, verdict, body.judged.findings, shadow, text), content=content)


def _with_answer(
    request: Outcome, verdict: Verdict, findings: Sequence[Finding], in_shadow: Sequence[str], text: str
) -> Outcome:
    """The stricter of both."""
    answered = verdict.action > Action[request.verdict.upper()]
    found = [one for one in findings if not one.shadow]
    shadow = [*(one.rule for one in findings if one.shadow), *in_shadow]
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
    """All strings of a JSON document, decoded, a line each; any other text as it is."""
    found: list[str] = []
    try:
        waiting: list[object] = [json.loads(body) if body.strip().startswith((b"{", b"[")) else body.decode()]
    except ValueError:  # a placeholder begins like a list
        waiting = [body.decode("utf-8", "replace")]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            waiting += [*reversed(value.values()), *reversed(value)]
        elif isinstance(value, list):
            waiting += reversed(value)
    return "\n".join(found)
