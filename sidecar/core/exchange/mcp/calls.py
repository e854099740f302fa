"""The call of a tool on its way to an MCP server: what rules say about it, and what the record is told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from sidecar.core.errors import Refused
from sidecar.core.exchange.call_record import MOST_OBJECTS
from sidecar.core.exchange.calls import DESCRIBE
from sidecar.core.exchange.commands import Record
from sidecar.core.exchange.desk import Judged, Session
from sidecar.core.exchange.fact import storable
from sidecar.core.exchange.mcp.returned import Returned
from sidecar.core.exchange.refusal import denial
from sidecar.core.exchange.rewriting import rewritten_document
from sidecar.core.exchange.rules import Court
from sidecar.core.exchange.tool_call import Called, Understand, read_call
from sidecar.core.exchange.transcript import encoded
from sidecar.core.exchange.veil import Veil
from sidecar.core.model.caller import Caller
from sidecar.core.model.described import describable
from sidecar.core.model.effect import Object, Understood
from sidecar.core.model.finding import Verdict
from sidecar.core.policy.facts import ToolCall
from sidecar.core.policy.judge import severest
from sidecar.core.wire.mcp.message import Message, read_message


@dataclass(frozen=True, slots=True)
class Call:
    """`tool`: as rules know it. `called`: as it came; `objects`: what it named then, for the record. `understood`: as
    the server will read it. `put_back`: how many values of the server's own it got in place of placeholders."""

    called: Called
    tool: str
    understood: Understood
    objects: frozenset[Object]
    put_back: int = 0

    @classmethod
    def of(cls, message: Message, tool: str, understand: Understand) -> "Call":
        """What a call would do is read from the tool's own name: the connection's says nothing about it."""
        called = Called("mcp", str(message.id), message.tool, (message.params.get("arguments", {}),))
        understood = read_call(called, understand)
        return cls(called, tool, understood, frozenset(understood.objects))

    def with_values(self, message: Message, back: Returned, understand: Understand) -> "Call":
        """The same with values that return to the server."""
        if not back.texts:
            return self
        params = read_message(rewritten_document(message.document, back.texts, {})).params
        called = replace(self.called, inputs=(params.get("arguments", {}),))
        number = sum(map(len, back.spans.values()))
        return replace(self, understood=read_call(called, understand), put_back=number)

    @property
    def asked(self) -> ToolCall:
        return ToolCall(self.tool, self.understood.effects, self.called.runs)


def listed(court: Court, tool: str) -> Verdict:
    """What rules say of a tool before anybody calls it: those on its name, as it has no effects yet."""
    return severest(court.on_call(ToolCall(tool, frozenset(), runs=False)))


def told(verdict: Verdict, exchange: str, run: Call | None) -> Refused:
    """With what to do instead, for whoever may choose."""
    refused = denial(verdict, exchange)
    unknown = DESCRIBE if run is not None and describable(run.understood.unread) else None
    more = [sentence for sentence in (verdict.instead, unknown) if sentence]
    if not more:
        return refused
    return Refused(refused.status, refused.code, " ".join([refused.message, *more]), rule=refused.rule)


def call_record(
    exchange: str, caller: Caller, call: Call, session: Session, judged: Judged, shadow: Sequence[Verdict], at: float
) -> Record:
    """`verdict`: of the call as it was made; whether it went after people were asked, their answer says."""
    veil = Veil(session.court.rules, session.placeholders, session.memory, judged.masked)
    compiled = session.court.rules.compiled
    given, objects = call.called.inputs[0], sorted(call.objects)
    raw = encoded(given)
    shown = veil.value(given, raw, "input")
    part = raw if shown is given else encoded(shown)
    name = sha256(part).hexdigest()
    fact = {
        "exchange": exchange,
        "at": at,
        "session": storable(caller.claimed_session, compiled),
        "call": storable(call.called.id, compiled) or "",
        "tool": storable(call.tool, compiled) or "",
        "kind": "mcp",
        "effects": sorted(effect.value for effect in call.understood.effects),
        "objects": [{"kind": one.kind.value, "name": veil.text(one.name)} for one in objects[:MOST_OBJECTS]],
        "objects_left_out": max(0, len(objects) - MOST_OBJECTS),
        "verdict": judged.verdict.action.name.lower(),
        "rule": judged.verdict.rule,
        "policy_name": judged.verdict.policy,
        "shadow": [{"action": one.action.name.lower(), "rule": one.rule} for one in shadow],
        "approval": None,
        "put_back": call.put_back,
        "input": {"part": name},
    }
    return Record("tool_call", fact, wait=False, parts={name: part})
