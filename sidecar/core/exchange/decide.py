"""One whole request in, one decision out: forward it (perhaps masked), answer it here, or refuse it.

Strategy: a chain of questions, each of which may end in `Refused`: who, where to, under which rules, what is it, may
it, what stands in it. Whatever the end, a fact is made for the record.
"""

from dataclasses import replace

from sidecar.core.approval.fingerprint import Content
from sidecar.core.errors import Code, Refused
from sidecar.core.exchange import fact, request_headers
from sidecar.core.exchange.admission import ADDRESS, address, applying, caller_key, identified, not_stopped
from sidecar.core.exchange.answer_body import encodings
from sidecar.core.exchange.asking import Subject, held
from sidecar.core.exchange.budget import Budget, after_request
from sidecar.core.exchange.card import lately
from sidecar.core.exchange.context import AnswerContext
from sidecar.core.exchange.desk import Judged, Session
from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.holding import Held
from sidecar.core.exchange.judgement import judge_request
from sidecar.core.exchange.mcp.decide import decide_mcp
from sidecar.core.exchange.outcome import Arrived, Decision, Go, Reply
from sidecar.core.exchange.past import repaired
from sidecar.core.exchange.plain.decide import decide_plain
from sidecar.core.exchange.refusal import denial
from sidecar.core.exchange.refused_results import without_refused
from sidecar.core.exchange.request_record import Material, request_record
from sidecar.core.exchange.route import Route, route
from sidecar.core.exchange.rules import BoundRules
from sidecar.core.exchange.shape import shape_of
from sidecar.core.mask.placeholder import Placeholders
from sidecar.core.mask.splice import spliced
from sidecar.core.model.action import Action, DenyAs
from sidecar.core.model.caller import Caller
from sidecar.core.model.connection import Kind
from sidecar.core.model.finding import Verdict
from sidecar.core.model.scanned import Scan, Scanned
from sidecar.core.policy.judge import RequestFacts
from sidecar.core.wire import letters
from sidecar.core.wire.claude import compose
from sidecar.core.wire.claude.endpoints import Endpoint, endpoint
from sidecar.core.wire.claude.request import ClaudeRequest, read_request
from sidecar.core.wire.encoding import decode
from sidecar.core.wire.json_strict import JsonDocument, parse
from sidecar.core.wire.json_strings import path_of
from sidecar.core.wire.tokens import estimate

FIXED_PATHS = frozenset({Endpoint.MESSAGES, Endpoint.COUNT_TOKENS, Endpoint.BATCHES, Endpoint.BATCH_LIST})
BY_KIND = {Kind.MCP: decide_mcp, Kind.HTTP: decide_plain}
METERED = frozenset({Endpoint.MESSAGES, Endpoint.BATCHES})


def decide(gate: Gate, arrived: Arrived, refused: Refused | None = None) -> Decision:
    """Never raises `Refused`: a refusal is an outcome. `refused`: it was refused before its body was there."""
    notes = fact.Notes(arrived.id, arrived.head, arrived.caller, arrived.at, gate.rules.compiled)
    notes.bytes_in = len(arrived.body or b"")
    notes.shape = shape_of(arrived.head, gate.connections)
    try:
        if refused is not None:
            raise refused
        outcome: Go | Reply | Refused = _decided(gate, arrived, notes)
    except Refused as refusal:
        outcome = refusal
        if notes.verdict is None:
            # Ours, but it may name a place by the keys that lead to it.
            say = refusal.message if refusal.rule else fact.storable(refusal.message, notes.compiled)
            notes.verdict = Verdict(Action.DENY, refusal.rule, None, say)
    written = request_record(gate, notes.material, arrived.at) if notes.material else None
    request = {"outline": written.transcript.outline} if written else None
    told = notes.fact(outcome.status if isinstance(outcome, Refused) else None)
    return Decision(
        outcome,
        {**told, "request": request},
        written,
        _who(arrived.caller, notes),
        _unrecorded(outcome, notes),
        notes.shape,
        tuple(notes.calls),
    )


def _unrecorded(outcome: Go | Reply | Refused, notes: fact.Notes) -> tuple[str, ...]:
    allowed = notes.verdict is not None and notes.verdict.action <= Action.MASK
    return notes.passing_when_full if allowed and isinstance(outcome, Go) else ()


def _decided(gate: Gate, arrived: Arrived, notes: fact.Notes) -> Go | Reply:
    caller = identified(arrived)
    way = route(arrived.head.path, gate.connections)
    notes.connection = way.connection.name
    not_stopped(gate, caller, way)
    if arrived.upgrade and arrived.upgrade not in way.connection.upgrades:
        raise Refused(403, Code.PERMISSION, f"The connection {way.connection.name} opens no WebSockets.")
    if way.connection.kind is not Kind.CLAUDE:
        return BY_KIND[way.connection.kind](gate, arrived, notes, caller, way)
    what = endpoint(arrived.head.method, way.path)
    notes.endpoint = what.value
    if what is Endpoint.PROBE:
        notes.verdict = Verdict(Action.ALLOW)
        return Reply((("content-type", "application/json"),), b"{}" if arrived.head.method != "HEAD" else b"")
    document = _document(gate, arrived, what)
    request = read_request(document, what) if document else None
    named = caller.claimed_session or (request.session if request else None)
    if named != caller.claimed_session:
        caller = replace(caller, claimed_session=named)
        notes.session = named
        not_stopped(gate, caller, way)
    scope = f"{caller.provider}\n{caller.subject}\n{named or ''}"
    came = document
    if document is not None and (restored := _restored(gate, scope, document)) is not None:
        document, request = restored, read_request(restored, what)
    notes.material = Material(document, scope, came.raw) if document and came else None
    rules = gate.sessions.of(scope if named else None, gate.rules)
    bound = applying(rules.bound(caller, way.connection), caller)
    court = bound.court(_facts(arrived, way, what, request))
    notes.rules(rules, court, request, named)
    notes.passing_when_full = bound.passing_when_full
    if what is Endpoint.OTHER and not court.allows_path:
        message = f"No policy allows this path and method on the connection {way.connection.name}."
        raise Refused(404, Code.NOT_FOUND, message)
    _admitted(gate, bound, caller, what, arrived.at)
    budget = Budget(bound.limits.session)
    session = Session(court, gate.memories.of(scope), Placeholders(gate.mask_key, scope, rules.words), budget)
    if what in METERED:
        budget.admit(session.memory, arrived.at, named=named is not None)
    judged = _judged(session, way, what, document, request, notes)
    if notes.material is not None:
        notes.material.session, notes.material.masked = session, judged.masked
    _enforced(judged.verdict, arrived, what, request)
    if isinstance(denial := _as_answer(judged.verdict, arrived, what, request), Reply):
        return denial
    uncertain = bool(request and request.signed_thinking and not judged.recognised)
    context = AnswerContext(
        arrived.id,
        way.connection.name,
        session,
        what,
        bool(request and request.stream),
        caller,
        uncertain,
        gate.keep_originals,
        gate.reader(bound.described),
        gate.name,
        (request.model if request else None) or "",
        before=lately(request.pieces) if request and rules.asks else (),
    )
    go = _forwarded(arrived, way, document, judged, context, changed=document is not came)
    return replace(go, held=_held(gate, arrived, go, judged, request)) if judged.holds else go


def _restored(gate: Gate, scope: str, document: JsonDocument) -> JsonDocument | None:
    # Asking for a memory would make one, and not every caller may call.
    return repaired(document, gate.memories.of(scope), gate.limits) if gate.memories.known(scope) else None


def _held(gate: Gate, arrived: Arrived, go: Go, judged: Judged, request: ClaudeRequest | None) -> Held:
    answer, model = go.answer, (request.model if request else None) or ""
    content = Content(arrived.head.method, go.route.upstream_path, go.body)
    pieces = request.pieces if request else ()
    at, name = arrived.at, gate.name
    subject = Subject(name, arrived.id, answer.caller, answer.connection, model, content, at, pieces)
    answers = answer.endpoint is Endpoint.MESSAGES and request is not None
    return held(subject, answer.session, judged, stream=answer.stream, answers=answers)


def _who(caller: Caller | None, notes: fact.Notes) -> tuple[Caller, str] | None:
    if caller is None:
        return None
    return replace(caller, claimed_session=caller.claimed_session or notes.session), notes.connection or ""


def _document(gate: Gate, arrived: Arrived, what: Endpoint) -> JsonDocument | None:
    if not arrived.body:
        if what in (Endpoint.MESSAGES, Endpoint.COUNT_TOKENS):
            raise Refused(400, Code.INVALID_REQUEST, "The request has no body; a JSON object was expected.")
        return None
    letters.checked(arrived.head.headers, 400)
    return parse(decode(arrived.body, encodings(arrived.head.headers), gate.limits.bytes), gate.limits)


def _facts(arrived: Arrived, way: Route, what: Endpoint, request: ClaudeRequest | None) -> RequestFacts:
    return RequestFacts(
        model=(request.model if request else None) or "",
        models=request.models if request else (),
        stream=bool(request and request.stream),
        max_tokens=request.max_tokens if request else None,
        prompt_tokens=_estimated(request) if request else 0,
        tools=request.tool_names if request else (),
        media=request.media if request else (),
        method=arrived.head.method,
        path=way.path.partition("?")[0],
        endpoint=what.value,
        messages=request.message_count if request else 0,
        tool_types=request.tool_types if request else (),
        mcp_servers=request.mcp_servers if request else (),
    )


def _estimated(request: ClaudeRequest) -> int:
    attachments = len(request.unscanned)
    return estimate(request.prompt_characters, beyond_ascii=request.characters_beyond_ascii, attachments=attachments)


def _admitted(gate: Gate, bound: BoundRules, caller: Caller, what: Endpoint, at: float) -> None:
    refused = gate.ledger.admit(caller_key(caller), bound.limits, at) if what in METERED else None
    if refused is not None:
        raise refused


def _judged(
    session: Session,
    way: Route,
    what: Endpoint,
    document: JsonDocument | None,
    request: ClaudeRequest | None,
    notes: fact.Notes,
) -> Judged:
    path, _, query = way.path.partition("?")
    told = address("" if what in FIXED_PATHS else path, "" if query == "beta=true" else query)
    pieces = (*(request.pieces if request else ()), *told)
    value = document.value if document else None
    judged = judge_request(session, pieces, lambda ordinal: ADDRESS.get(ordinal) or path_of(value, ordinal))
    question = session.budget.question(session.memory.use) if what in METERED else None
    if question is not None:
        judged.hold(question)
    if what in METERED:
        session.memory.remember_use(after_request(session.memory.use, judged.verdict, judged.findings))
    notes.verdict = judged.verdict
    notes.findings = tuple(judged.findings)
    unscanned = request.unscanned if request else ()
    notes.scanned = Scanned(Scan.PARTLY if unscanned else Scan.WHOLE, unscanned)
    return judged


def _enforced(verdict: Verdict, arrived: Arrived, what: Endpoint, request: ClaudeRequest | None) -> None:
    if verdict.action is not Action.DENY or _answers(verdict, what, request):
        return
    raise denial(verdict, arrived.id)


def _answers(verdict: Verdict, what: Endpoint, request: ClaudeRequest | None) -> bool:
    return verdict.deny_as is DenyAs.ANSWER and what is Endpoint.MESSAGES and request is not None


def _as_answer(verdict: Verdict, arrived: Arrived, what: Endpoint, request: ClaudeRequest | None) -> Reply | None:
    if verdict.action is not Action.DENY or request is None or not _answers(verdict, what, request):
        return None
    text = denial(verdict, arrived.id).message
    identifier = f"msg_{arrived.id}"
    headers, body = compose.answer(text, model=request.model or "", id=identifier, stream=request.stream)
    ours = (("x-gatehouse-exchange", arrived.id), ("x-gatehouse-rule", verdict.rule or ""))
    return Reply((*headers, *ours), body)


def _forwarded(
    arrived: Arrived,
    way: Route,
    document: JsonDocument | None,
    judged: Judged,
    context: AnswerContext,
    *,
    changed: bool,
) -> Go:
    body, remove = arrived.body, request_headers.removed(arrived.head)
    if (judged.changes or judged.refused or changed) and document is not None:
        body, remove = spliced(document.raw, judged.changes), (*remove, "content-encoding")
        body = without_refused(body, judged.refused)
    return Go(way, remove, request_headers.added(body), body, context)
