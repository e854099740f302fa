"""A call that an agent makes itself through the gate, to an MCP server or over plain HTTP: judged and counted like one
in a model's answer, in the same session.

Strategy: where the model's answer passed here too, its call was judged and counted then. It is noted in the session by
tool and arguments, and the agent's own call takes one note of its kind away instead of being counted again.

Rules:
- The name that an agent has for a server is its own, so a tool is known by its bare name: `send` of
  `mcp__tickets__send`.
- Rules judge every call, noted or not. What came before a noted one is what had come before it in the answer, and what
  came since but for its own effects.
- A note that was forgotten, or arguments that an agent changed, count as another call: strict, never lax.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b

from sidecar.core.exchange.desk import Judged, Session
from sidecar.core.exchange.tool_call import Called
from sidecar.core.mask.memory import SessionMemory
from sidecar.core.mask.restore import restored
from sidecar.core.model.action import Action
from sidecar.core.model.effect import Effect, Understood
from sidecar.core.model.finding import Verdict
from sidecar.core.model.session_use import SessionUse
from sidecar.core.policy.facts import ToolCall
from sidecar.core.wire.json_strings import JsonValue

OF_A_SERVER = "mcp__"
# The same call in one answer, or never made: nobody means more.
MOST_NOTES = 32


def note(memory: SessionMemory, called: Called, before: SessionUse) -> None:
    """A model's answer holds this call, and it goes. `before`: what the session had done then."""
    if called.tool is None or not called.tool.startswith(OF_A_SERVER):
        return
    key = _key(memory, called.tool.removeprefix(OF_A_SERVER).partition("__")[2], called.inputs[-1])
    memory.remember_judged(key, (*_notes(memory, key), before)[-MOST_NOTES:])


def noted(memory: SessionMemory, tool: str, given: JsonValue) -> SessionUse | None:
    """What the session had done when the answer held this call; nothing if none did. A note counts once."""
    key = _key(memory, tool, given)
    notes = _notes(memory, key)
    if notes:
        memory.remember_judged(key, notes[1:])
    return notes[0] if notes else None


def judge_direct(
    session: Session, call: ToolCall, understood: Understood, judged: Judged, known: SessionUse | None = None
) -> tuple[Verdict, ...]:
    """`known`: what had come before, if an answer held this call. What rules in shadow would have said."""
    use, budget = session.memory.use, session.budget
    asked = replace(call, before=use if known is None else _since(known, use, call))
    over = () if known is not None else budget.over_calls(use, call.tool or "", understood)
    question = budget.question(use)
    for verdict in (*session.court.on_call(asked), *over, *((question,) if question else ())):
        if verdict.action is Action.HOLD:
            judged.hold(verdict)
        else:
            judged.stricter(verdict)
    return session.court.on_call(asked, shadow=True)


def count_direct(
    session: Session, call: ToolCall, understood: Understood, judged: Judged, known: SessionUse | None = None
) -> None:
    """Once everything about it is judged."""
    memory = session.memory
    if known is None:
        memory.remember_use(session.budget.after(memory.use, call, understood, judged.verdict))
    elif judged.verdict.action is Action.DENY:
        memory.remember_use(memory.use.refused())


def _since(known: SessionUse, use: SessionUse, call: ToolCall) -> SessionUse:
    own_unread = call.runs and Effect.UNKNOWN in call.effects
    effects = known.effects | (use.effects - call.effects)
    return replace(use, effects=effects, unread=known.unread or (use.unread and not own_unread))


def _notes(memory: SessionMemory, key: bytes) -> Sequence[SessionUse]:
    found = memory.judged(key)
    return found if isinstance(found, tuple) else ()


def _key(memory: SessionMemory, tool: str, given: JsonValue) -> bytes:
    """As the agent has it, which got the values of its own back."""
    words = json.dumps([tool, _given_back(given, memory)], sort_keys=True)
    # One byte longer than what else this memory knows a text by.
    return b"c" + blake2b(words.encode(), digest_size=16).digest()


def _given_back(value: JsonValue, memory: SessionMemory) -> JsonValue:
    if isinstance(value, str):
        return restored(value, memory)
    if isinstance(value, list):
        return [_given_back(one, memory) for one in value]
    return {key: _given_back(one, memory) for key, one in value.items()} if isinstance(value, dict) else value
