"""The call of a tool on its way to an MCP server: what rules say about it, and what the record is told."""

from hashlib import sha256

from sidecar.core.exchange.commands import Record
from sidecar.core.exchange.desk import Judged, Session
from sidecar.core.exchange.fact import storable
from sidecar.core.exchange.rules import Court
from sidecar.core.exchange.transcript import encoded
from sidecar.core.exchange.veil import Veil
from sidecar.core.model.action import Action
from sidecar.core.model.caller import Caller
from sidecar.core.model.effect import Effect
from sidecar.core.model.finding import Verdict
from sidecar.core.policy.facts import ToolCall
from sidecar.core.policy.judge import severest
from sidecar.core.wire.mcp.message import Message

# Nobody reads yet what a call would do.
UNREAD = frozenset({Effect.UNKNOWN})


def on_call(court: Court, tool: str, effects: frozenset[Effect] = UNREAD) -> tuple[Verdict, ...]:
    """What each rule on tool calls says. No effects: those by name alone."""
    call = ToolCall(tool, effects, runs=bool(effects))
    return tuple(dict.fromkeys(verdict for judge in court.judges for verdict in judge.on_call(call)))


def listed(court: Court, tool: str) -> Verdict:
    """What rules say of a tool before anybody calls it."""
    return severest(on_call(court, tool, frozenset()))


def judge_call(court: Court, tool: str, judged: Judged) -> None:
    for verdict in on_call(court, tool):
        if verdict.action is Action.HOLD:
            judged.hold(verdict)
        else:
            judged.stricter(verdict)


def call_record(
    exchange: str, caller: Caller, message: Message, tool: str, session: Session, judged: Judged, at: float
) -> Record:
    """`verdict`: of the call as it was made; whether it went after people were asked, their answer says."""
    veil = Veil(session.court.rules, session.placeholders, session.memory, judged.masked)
    compiled = session.court.rules.compiled
    given = message.params.get("arguments", {})
    raw = encoded(given)
    shown = veil.value(given, raw, "input")
    part = raw if shown is given else encoded(shown)
    name = sha256(part).hexdigest()
    fact = {
        "exchange": exchange,
        "at": at,
        "session": storable(caller.claimed_session, compiled),
        "call": storable(str(message.id), compiled) or "",
        "tool": storable(tool, compiled) or "",
        "kind": "mcp",
        "effects": sorted(effect.value for effect in UNREAD),
        "objects": [],
        "objects_left_out": 0,
        "verdict": judged.verdict.action.name.lower(),
        "rule": judged.verdict.rule,
        "policy_name": judged.verdict.policy,
        "shadow": [],
        "approval": None,
        "input": {"part": name},
    }
    return Record("tool_call", fact, wait=False, parts={name: part})
