"""One request to an MCP server: forward it (perhaps masked), hold it, or refuse it.

Strategy: POST carries one message, GET opens a stream, DELETE ends a session; all three are judged as calls, the
message by its texts as well. A call of a tool is judged by the rules on tool calls too.

Rules:
- The id of a session is bound to the caller (`wire.mcp.bound`), and so is the address of the older
  transport in which one stands (`older`): nobody goes on with another one's.
- A tool that is kept from the caller (see `pins`) cannot be called by those who remember its name.
- Where a client answers a server and may not, the server gets an error in its place, or it would wait for ever.
- What people let go is known by the message without what is another one at every try (`approved`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from urllib.parse import urlsplit

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange import fact, request_headers
from sidecar.core.exchange.admission import address, applying, caller_key, not_stopped
from sidecar.core.exchange.answer_body import encodings
from sidecar.core.exchange.asking import Subject, held
from sidecar.core.exchange.budget import Budget
from sidecar.core.exchange.context import AnswerContext
from sidecar.core.exchange.desk import Judged, Session
from sidecar.core.exchange.direct_call import count_direct, judge_direct, noted
from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.judgement import judge_texts
from sidecar.core.exchange.mcp import approved, heads, older
from sidecar.core.exchange.mcp.asked import Asked, named
from sidecar.core.exchange.mcp.calls import Call, call_record, told
from sidecar.core.exchange.mcp.given_up import cancelled_id
from sidecar.core.exchange.mcp.returned import NOTHING, Returned, returned
from sidecar.core.exchange.mcp.waits import waits
from sidecar.core.exchange.mcp.withheld import judge_withheld
from sidecar.core.exchange.outcome import Arrived, Go
from sidecar.core.exchange.quarantining import quarantined
from sidecar.core.exchange.request_record import Material
from sidecar.core.exchange.rewriting import rewritten, rewritten_document
from sidecar.core.exchange.route import NAMED, Route
from sidecar.core.exchange.rules import BoundRules
from sidecar.core.exchange.shape import about
from sidecar.core.mask.placeholder import Placeholders
from sidecar.core.model.action import Action
from sidecar.core.model.caller import Caller
from sidecar.core.model.described import NOTHING_DESCRIBED, Own
from sidecar.core.model.finding import Verdict
from sidecar.core.model.http import Headers, first
from sidecar.core.model.piece import Piece
from sidecar.core.model.scanned import Scan, Scanned
from sidecar.core.policy.judge import RequestFacts
from sidecar.core.wire.claude.endpoints import Endpoint
from sidecar.core.wire.encoding import decode
from sidecar.core.wire.json_leaves import place_of
from sidecar.core.wire.json_strict import parse
from sidecar.core.wire.mcp import bound as sessions
from sidecar.core.wire.mcp import reply
from sidecar.core.wire.mcp.message import CALL, Kind, Message, read_message
from sidecar.core.wire.mcp.texts import Side, Texts, texts_of

METHODS = frozenset({"POST", "GET", "DELETE"})


@dataclass(frozen=True, slots=True)
class _Call:
    """A request as far as it was read."""

    arrived: Arrived
    way: Route
    caller: Caller
    message: Message | None
    session: str | None  # as the server knows it
    texts: Texts = field(default_factory=lambda: Texts(()))
    run: Call | None = None  # of a tool
    back: Returned = NOTHING

    @property
    def tool(self) -> str | None:
        """As rules know it."""
        return self.run.tool if self.run else None


def decide_mcp(gate: Gate, arrived: Arrived, notes: fact.Notes, caller: Caller, way: Route) -> Go:
    """What to do with it, or `Refused`."""
    message = _message(gate, arrived)
    if message is not None:
        notes.shape, notes.endpoint = about(message), message.known_method
    heads.checked(arrived.head, message)
    mine = older.opened(way, gate.mask_key, caller_key(caller)) if message is not None else None
    way = mine or way
    call = _call(gate, arrived, caller, way, message)
    not_stopped(gate, call.caller, way)
    notes.session = call.caller.claimed_session
    scope = f"{caller.provider}\n{caller.subject}\n{notes.session or ''}"
    notes.material = Material(message.document, scope, message.document.raw) if message else None
    rules = gate.sessions.of(scope if notes.session else None, gate.rules)
    bound = applying(rules.bound(call.caller, way.connection), caller)
    call = _described(gate, call, bound.described)
    court = bound.court(_facts(call))
    notes.rules(rules, court, None, notes.session)
    notes.passing_when_full = bound.passing_when_full
    if way.path.partition("?")[0] != "/" and not court.allows_path:
        # Not 404, on which a client would begin a new session.
        raise Refused(403, Code.PERMISSION, f"No policy allows this path on the connection {way.connection.name}.")
    if message is not None and mine is None:
        _sealed(bound, way)
    _admitted(gate, bound, call)
    placeholders, budget = Placeholders(gate.mask_key, scope, rules.words), Budget(bound.limits.session)
    session = Session(court, gate.memories.of(scope), placeholders, budget, way.connection.name)
    if call.run is not None:
        budget.admit(session.memory, arrived.at, named=notes.session is not None, direct=True)
    call = _with_values(gate, call, session, bound.described)
    judged, accepted, shadow = _judged(gate, call, session, notes)
    if notes.material is not None and message is not None:
        notes.material.session, notes.material.masked = session, judged.masked
        notes.material.document = rewritten_document(message.document, judged.shown, call.texts.numbers)
    if call.run is not None:
        notes.calls.append(call_record(arrived.id, call.caller, call.run, session, judged, shadow, arrived.at))
    notes.calls += quarantined(gate, call.caller, arrived, judged.verdict)
    go = _forwarded(gate, call, session, judged, accepted)
    _give_up(gate, call, judged)
    return (
        replace(
            go,
            held=held(_subject(gate, call, go, bound.described), session, judged, stream=False, answers=False),
            waits=waits(arrived.id, arrived.head, message),
        )
        if (judged.holds)
        else go
    )


def _sealed(bound: BoundRules, way: Route) -> None:
    """Nobody told this caller this address."""
    if older.needs_seal(way.path, named=bound.names_path("POST", way.path.partition("?")[0])):
        raise Refused(404, Code.NOT_FOUND, older.NO_SESSION)


def _message(gate: Gate, arrived: Arrived) -> Message | None:
    if arrived.head.method not in METHODS:
        raise Refused(405, Code.INVALID_REQUEST, "An MCP server is spoken to by POST, GET and DELETE.")
    if arrived.head.method != "POST":
        if arrived.body:
            raise Refused(400, Code.INVALID_REQUEST, "Only a POST has a body here.")
        return None
    if not arrived.body:
        raise Refused(400, Code.INVALID_REQUEST, "The request has no body; a message of MCP was expected.")
    raw = decode(arrived.body, encodings(arrived.head.headers), gate.limits.bytes)
    return read_message(parse(raw, gate.limits))


def _call(gate: Gate, arrived: Arrived, caller: Caller, way: Route, message: Message | None) -> _Call:
    given, session = first(arrived.head.headers, heads.SESSION), None
    if given is not None:
        session = sessions.opened(given, gate.mask_key, way.connection.name, caller_key(caller))
        if session is None:
            raise Refused(404, Code.NOT_FOUND, older.NO_SESSION)
        claimed = caller.claimed_session or f"mcp-{sha256(given.encode()).hexdigest()[:16]}"
        caller = replace(caller, claimed_session=claimed)
    name = way.connection.name
    texts = texts_of(message, Side.CLIENT, lambda tool: named(name, tool)) if message else Texts(())
    run = None
    if message is not None and message.kind is Kind.REQUEST and message.tool is not None:
        tool = named(name, message.tool)
        run = Call.of(message, tool, gate.reader(NOTHING_DESCRIBED, tool))
    return _Call(arrived, way, caller, message, session, texts, run)


def _described(gate: Gate, call: _Call, own: Own) -> _Call:
    """Read as its policies describe it."""
    if call.run is None or call.message is None or not own:
        return call
    return replace(call, run=Call.of(call.message, call.run.tool, gate.reader(own, call.run.tool)))


def _with_values(gate: Gate, call: _Call, session: Session, own: Own) -> _Call:
    """What the server gave returns to it."""
    if call.run is None or call.message is None:
        return call
    back = returned(call.texts.pieces, session.memory, session.server)
    return replace(call, run=call.run.with_values(call.message, back, gate.reader(own, call.run.tool)), back=back)


def _facts(call: _Call) -> RequestFacts:
    return RequestFacts(
        model="",
        models=(),
        stream=False,
        max_tokens=None,
        prompt_tokens=0,
        tools=(call.tool,) if call.tool else (),
        media=call.texts.media,
        method=call.arrived.head.method,
        path=call.way.path.partition("?")[0],
        endpoint=call.message.known_method if call.message else call.arrived.head.method.lower(),
        messages=0,
    )


def _give_up(gate: Gate, call: _Call, judged: Judged) -> None:
    """What waits can be given up by its client, here or later."""
    message, shop = call.message, _shop(call)
    if judged.holds and message is not None and message.id is not None:
        gate.given_up.held((*shop, call.session, message.id), call.arrived.id)
    elif (id := cancelled_id(message)) is not None:
        gate.given_up.cancelled((*shop, call.session, id))


def _admitted(gate: Gate, bound: BoundRules, call: _Call) -> None:
    """Calls of tools are counted; lists and streams cost nobody anything."""
    refused = gate.ledger.admit(caller_key(call.caller), bound.limits, call.arrived.at) if call.tool else None
    if refused is not None:
        raise refused


def _judged(
    gate: Gate, call: _Call, session: Session, notes: fact.Notes
) -> tuple[Judged, frozenset[tuple[str, bytes]], Sequence[Verdict]]:
    judged, court = Judged(), session.court
    judged.stricter(court.verdict)
    for verdict in court.holds:
        judged.hold(verdict)
    run, known = call.run, None
    shadow: Sequence[Verdict] = ()
    if run is not None:
        known = noted(session.memory, run.called.tool or "", run.called.inputs[0])
        shadow = judge_direct(session, run.asked, run.understood, judged, known)
    hidden = gate.pins.hidden(_shop(call))
    accepted = judge_withheld(hidden, call.message, call.tool, judged)
    value = call.message.document.value if call.message else None

    def place(ordinal: int) -> str:
        return _PLACES.get(ordinal) or place_of(value, ordinal, call.texts.numbers)

    judge_texts(session, _pieces(call), "request", place, judged, call.back)
    if run is not None:
        count_direct(session, run.asked, run.understood, judged, known)
    notes.verdict = judged.verdict
    notes.findings = tuple(judged.findings)
    unscanned = call.texts.unscanned
    notes.scanned = Scanned(Scan.PARTLY if unscanned else Scan.WHOLE, unscanned)
    return judged, accepted, shadow


_PLACES = {-1: "path", -2: "query", -3: "header"}


def _pieces(call: _Call) -> tuple[Piece, ...]:
    path, _, query = call.way.path.partition("?")
    return (*call.texts.pieces, *address("" if path == "/" else path, query), *heads.pieces(call.arrived.head.headers))


def _shop(call: _Call) -> tuple[str, str]:
    return call.way.connection.name, caller_key(call.caller)


def _forwarded(gate: Gate, call: _Call, session: Session, judged: Judged, accepted: frozenset[tuple[str, bytes]]) -> Go:
    arrived, message = call.arrived, call.message
    body, remove = arrived.body, heads.gone(arrived.head)
    if judged.verdict.action is Action.DENY:
        refused = told(judged.verdict, arrived.id, call.run)
        if message is None or message.kind not in (Kind.RESULT, Kind.ERROR):
            raise refused
        body = reply.error(message.id, refused.message, refused.rule, arrived.id)
        judged.holds.clear()
    elif judged.changes and message is not None:
        body = rewritten(message.document.raw, judged.changes, call.texts.numbers)
    if body is not arrived.body:
        remove = (*remove, "content-encoding")
    own: Headers = ((heads.SESSION, call.session),) if call.session is not None else ()
    return Go(call.way, remove, (*request_headers.added(body), *own), body, _context(gate, call, session, accepted))


def _context(gate: Gate, call: _Call, session: Session, accepted: frozenset[tuple[str, bytes]]) -> AnswerContext:
    name, message, server = call.way.connection.name, call.message, urlsplit(call.way.connection.url)
    known = message.known_method if message and message.method else None
    asked = Asked(
        pins=gate.pins,
        shop=_shop(call),
        key=gate.mask_key,
        method=message.method if message else None,
        id=message.id if message and message.kind is Kind.REQUEST else None,
        tool=call.tool if known == CALL else known,
        accepted=accepted,
        prefix=f"{NAMED}{name}",
        root=server.path.rstrip("/"),
        url=f"{server.scheme}://{server.netloc}{call.way.upstream_path}",
    )
    return AnswerContext(
        call.arrived.id, name, session, Endpoint.OTHER, False, call.caller, keep=gate.keep_originals, asked=asked
    )


def _subject(gate: Gate, call: _Call, go: Go, own: Own) -> Subject:
    head, name, at = call.arrived.head, call.way.connection.name, call.arrived.at
    content = approved.content(head, go.route.upstream_path, go.body)
    shown = approved.shown(head, call.way.path, call.message, call.run, gate.reader(own, call.tool or ""))
    return Subject(gate.name, call.arrived.id, call.caller, name, "", content, at, call.texts.pieces, direct=shown)
