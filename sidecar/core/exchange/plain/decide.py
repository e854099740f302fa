"""One request to any other HTTP server: forward it (perhaps masked), hold it, or refuse it.

Strategy: nothing is open that a policy does not open: method and path must be allowed by name (`paths`), and what the
body holds must be readable, or of a type that a policy names (`bodies`). Body, address and headers are judged.

Rules:
- A body that is sent unread is recorded as not looked at. One that is text is read, whatever it calls itself.
- Headers go on as they are, but credentials: what a client writes into one that is its own is judged, and cannot be
  masked there.
- A call is judged by the rules on tool calls too, under the name `http__` and the connection's: by what asking this
  address in this way does (`understand.web`).
- A request that leaves HTTP (WebSocket) is judged by its handshake, and has to be one. A policy that reads what passes
  here lets it pass only if it says so (`upgrades`): what follows nobody reads. It counts as sending.
"""

from dataclasses import dataclass, replace

from sidecar.core.approval.fingerprint import Content
from sidecar.core.errors import Code, Refused
from sidecar.core.exchange import fact, request_headers
from sidecar.core.exchange.admission import ADDRESS, address, applying, caller_key, query_pairs, spoken, under_names
from sidecar.core.exchange.answer_body import encodings
from sidecar.core.exchange.asking import Subject, held
from sidecar.core.exchange.budget import Budget
from sidecar.core.exchange.context import AnswerContext
from sidecar.core.exchange.desk import Judged, Session
from sidecar.core.exchange.direct_call import count_direct, judge_direct
from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.judgement import judge_escaped, judge_texts
from sidecar.core.exchange.outcome import Arrived, Go
from sidecar.core.exchange.plain import heads
from sidecar.core.exchange.plain.asked import Handshake, Plain
from sidecar.core.exchange.plain.called import as_call
from sidecar.core.exchange.plain.upgraded import UNREAD
from sidecar.core.exchange.quarantining import quarantined
from sidecar.core.exchange.refusal import denial
from sidecar.core.exchange.request_record import Material
from sidecar.core.exchange.rewriting import rewritten_body, written_down
from sidecar.core.exchange.route import NAMED, Route
from sidecar.core.exchange.rules import BoundRules, Court
from sidecar.core.mask.placeholder import Placeholders
from sidecar.core.model.action import Action
from sidecar.core.model.caller import Caller
from sidecar.core.model.http import Headers, first
from sidecar.core.model.piece import Piece
from sidecar.core.model.place import Place
from sidecar.core.model.scanned import Scan, Scanned
from sidecar.core.policy.judge import RequestFacts
from sidecar.core.wire.claude.endpoints import Endpoint
from sidecar.core.wire.encoding import decode
from sidecar.core.wire.plain import websocket
from sidecar.core.wire.plain.body import Body, kind_of, read_body, read_text
from sidecar.core.wire.plain.header import says_nothing
from sidecar.core.wire.plain.websocket import key_of

# What Envoy writes; anything else is somebody's text, but for the protocol's own words (`wire.plain.header`).
USUAL = frozenset(
    {
        "connection",
        "content-length",
        "host",
        "transfer-encoding",
        "x-envoy-external-address",
        "x-forwarded-for",
        "x-forwarded-proto",
        "x-request-id",
    }
)
# So common that they say nothing, even where a rule would name one.
NAMES = USUAL | {"accept", "accept-encoding", "accept-language", "cache-control", "content-encoding", "content-type"}
QUERY, HEADER = -2, -3
_UNREAD = (
    "What passes in a WebSocket nobody here can read, and rules of the policy {} would have to. "
    "It opens where each such policy says `upgrades: [{}]`."
)


@dataclass(frozen=True, slots=True)
class _Call:
    arrived: Arrived
    way: Route
    caller: Caller
    kind: str
    body: Body | None  # nothing: there is none, or nobody can read it
    handshake: Handshake | None = None

    @property
    def path(self) -> str:
        return self.way.path.partition("?")[0]

    @property
    def unread(self) -> bool:
        return bool(self.arrived.body) and self.body is None


def decide_plain(gate: Gate, arrived: Arrived, notes: fact.Notes, caller: Caller, way: Route) -> Go:
    """What to do with it, or `Refused`."""
    notes.endpoint = arrived.upgrade or "http"
    notes.session = caller.claimed_session
    scope = f"{caller.provider}\n{caller.subject}\n{notes.session or ''}"
    rules = gate.sessions.of(scope if notes.session else None, gate.rules)
    bound = applying(rules.bound(caller, way.connection), caller)
    kind = kind_of(first(arrived.head.headers, "content-type"))
    court = bound.court(_facts(arrived, way, kind))
    notes.rules(rules, court, None, notes.session)
    notes.passing_when_full = bound.passing_when_full
    if not court.allows_path:
        message = f"No policy allows this method and path on the connection {way.connection.name}."
        raise Refused(403, Code.PERMISSION, message)
    handshake = _handshake(arrived, way, court) if arrived.upgrade else None
    call = _Call(arrived, way, caller, kind, _read(gate, arrived, kind), handshake)
    heads.checked(arrived.head, call.body)
    call = _readable(gate, call, bound)
    refused = gate.ledger.admit(caller_key(caller), bound.limits, arrived.at)
    if refused is not None:
        raise refused
    notes.material = Material(call.body.document(), scope, call.body.raw) if call.body else None
    budget = Budget(bound.limits.session)
    session = Session(court, gate.memories.of(scope), Placeholders(gate.mask_key, scope, rules.words), budget)
    budget.admit(session.memory, arrived.at, named=notes.session is not None, direct=True)
    judged = _judged(call, session, notes)
    if notes.material is not None and call.body is not None:
        notes.material.session, notes.material.masked = session, judged.masked
        notes.material.document = written_down(call.body, judged.shown)
    notes.calls += quarantined(gate, caller, arrived, judged.verdict)
    if judged.verdict.action is Action.DENY:
        raise denial(judged.verdict, arrived.id)
    go = _forwarded(gate, call, session, judged)
    if not judged.holds:
        return go
    return replace(go, held=held(_subject(gate, call, go), session, judged, stream=False, answers=False))


def _facts(arrived: Arrived, way: Route, kind: str) -> RequestFacts:
    media = (kind,) if arrived.body and kind else ()
    path = way.path.partition("?")[0]
    endpoint, method = arrived.upgrade or "http", arrived.head.method
    return RequestFacts("", (), False, None, 0, (), media, method, path, endpoint, 0, upgrade=arrived.upgrade)


def _handshake(arrived: Arrived, way: Route, court: Court) -> Handshake:
    key = key_of(arrived.head)
    if court.readers:
        raise Refused(403, Code.PERMISSION, _UNREAD.format(", ".join(court.readers), arrived.upgrade))
    return Handshake(key, way.connection.upgrade_timeout)


def _read(gate: Gate, arrived: Arrived, kind: str) -> Body | None:
    if not arrived.body:
        return None
    return read_body(kind, _plain(gate, arrived), gate.limits)


def _plain(gate: Gate, arrived: Arrived) -> bytes:
    return decode(arrived.body or b"", encodings(arrived.head.headers), gate.limits.bytes)


def _readable(gate: Gate, call: _Call, bound: BoundRules) -> _Call:
    """With its body as text, where that is of a type that may pass unread and text all the same."""
    if call.unread and not bound.may_send(call.kind):
        what = fact.storable(call.kind, bound.rules.compiled) or "no type"
        raise Refused(
            415,
            Code.INVALID_REQUEST,
            f"Nobody here can read a body of {what}, and no policy lets it pass unread (`bodies`).",
        )
    return replace(call, body=read_text(_plain(gate, call.arrived))) if call.unread else call


def _judged(call: _Call, session: Session, notes: fact.Notes) -> Judged:
    judged, body = Judged(), call.body
    judged.stricter(session.court.verdict)
    for verdict in session.court.holds:
        judged.hold(verdict)
    asked, understood = as_call(call.way, call.arrived)
    notes.shadow += judge_direct(session, asked, understood, judged)

    def path_of(ordinal: int) -> str:
        of_body = body is not None and (ordinal >= 0 or ordinal in body.numbers)
        return body.path(ordinal) if body and of_body else ADDRESS.get(ordinal, "header")

    pieces = _pieces(call)
    judge_texts(session, pieces, "request", path_of, judged)
    judge_escaped(session, pieces[:1] if body else (), "request", path_of, judged)
    count_direct(session, asked, understood, judged)
    notes.verdict = judged.verdict
    notes.findings = tuple(judged.findings)
    unread = (f"body of type {fact.storable(call.kind, notes.compiled) or 'unknown'}",) if call.unread else ()
    unread = (*unread, *(UNREAD.why if call.handshake else ()))
    notes.scanned = Scanned(Scan.PARTLY if unread else Scan.WHOLE, unread)
    return judged


def _pieces(call: _Call) -> tuple[Piece, ...]:
    path, _, query = call.way.path.partition("?")
    body = (call.body.piece(Place.PROMPT),) if call.body else ()
    # Envoy takes `connection` out of every other request.
    usual = USUAL - {"connection"} | websocket.USUAL if call.handshake else USUAL
    own = [one for one in call.arrived.head.headers if one[0] not in usual and not says_nothing(*one)]
    texts = (text for name, value in own for text in (name if name not in NAMES else "", value) if text)
    named = (under_names(QUERY, "query", query_pairs(query)), under_names(HEADER, "header", own))
    return (*body, *address(path, query), *(spoken(HEADER, "header", text) for text in texts), *named)


def _forwarded(gate: Gate, call: _Call, session: Session, judged: Judged) -> Go:
    arrived, body = call.arrived, call.arrived.body
    remove = heads.gone(arrived.head.headers)
    if judged.changes and call.body is not None:
        body, remove = rewritten_body(call.body, judged.changes), (*remove, "content-encoding")
    ours: Headers = request_headers.added(body)
    context = AnswerContext(
        arrived.id,
        call.way.connection.name,
        session,
        Endpoint.OTHER,
        False,
        call.caller,
        keep=gate.keep_originals,
        asked=Plain(arrived.head.method, call.way.connection.url, f"{NAMED}{call.way.connection.name}", call.handshake),
    )
    return Go(call.way, remove, ours, body, context)


def _subject(gate: Gate, call: _Call, go: Go) -> Subject:
    # A yes to a request is none to a WebSocket at the same address.
    method = " ".join(filter(None, (call.arrived.head.method, call.arrived.upgrade)))
    content = Content(method, go.route.upstream_path, go.body)
    name, pieces = call.way.connection.name, (call.body.piece(Place.PROMPT),) if call.body else ()
    return Subject(gate.name, call.arrived.id, call.caller, name, "", content, call.arrived.at, pieces)
