"""What the record is told of each tool call: what it would have done, what became of it, and its input, masked.

Rules:
- `verdict` says what happened: `hold` went because people said yes, `deny` did not go, whoever said no.
- As many objects as a person might read, each masked.
"""

from collections.abc import Sequence
from hashlib import sha256

from sidecar.core.exchange.calls import Ruled
from sidecar.core.exchange.commands import Record
from sidecar.core.exchange.context import AnswerContext
from sidecar.core.exchange.desk import Judged
from sidecar.core.exchange.fact import all_storable
from sidecar.core.exchange.transcript import encoded
from sidecar.core.exchange.veil import Veil
from sidecar.core.model.action import Action
from sidecar.core.wire.json_strings import JsonValue

MOST_OBJECTS = 100


def call_records(context: AnswerContext, judged: Judged, ruled: Sequence[Ruled], at: float) -> list[Record]:
    """One for each. `judged`: of the whole answer."""
    if not ruled:
        return []
    session = context.session
    veil = Veil(session.court.rules, session.placeholders, session.memory, judged.masked)
    return [_record(context, veil, one, at) for one in ruled]


def _record(context: AnswerContext, veil: Veil, ruled: Ruled, at: float) -> Record:
    called, compiled = ruled.called, context.session.court.rules.compiled
    given = _shown(veil, called.inputs[-1])
    part = sha256(given).hexdigest()
    objects = sorted(ruled.understood.objects)
    shown = objects[:MOST_OBJECTS]
    names = zip(shown, veil.texts([one.name for one in shown]), strict=True)
    words = (context.caller.claimed_session, called.id, called.tool, called.kind)
    session, call, tool, kind = all_storable(words, compiled)
    fact = {
        "exchange": context.exchange,
        "at": at,
        "session": session,
        "call": call or "",
        "tool": tool or "",
        "kind": kind,
        "effects": sorted(effect.value for effect in ruled.understood.effects),
        "objects": [{"kind": one.kind.value, "name": name} for one, name in names],
        "objects_left_out": max(0, len(objects) - MOST_OBJECTS),
        "verdict": _verdict(ruled),
        "rule": ruled.verdict.rule,
        "policy_name": ruled.verdict.policy,
        "shadow": [{"action": one.action.name.lower(), "rule": one.rule} for one in ruled.shadow],
        "approval": ruled.approval,
        "left_as": ruled.way.name.lower(),
        "input": {"part": part},
    }
    return Record("tool_call", fact, wait=False, parts={part: given})


def _verdict(ruled: Ruled) -> str:
    action = ruled.verdict.action
    return (Action.DENY if action is Action.HOLD and not ruled.approved else action).name.lower()


def _shown(veil: Veil, given: JsonValue) -> bytes:
    raw = encoded(given)
    shown = veil.value(given, raw, "input")
    return raw if shown is given else encoded(shown)
