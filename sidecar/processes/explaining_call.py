"""`gatehouse policy explain --tool NAME --input TEXT`: what a tool call would do, and what the rules make of it.

Strategy: the call is judged by the very code that judges it in an answer, in a rehearsed one.

Rule: words of the call are shown, since whoever asks gave them; no other value is.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sidecar.core.exchange.mcp.asked import named
from sidecar.core.exchange.tool_call import Called, read_call
from sidecar.core.model.caller import Caller
from sidecar.core.model.connection import Kind
from sidecar.core.model.described import NOTHING_DESCRIBED, Own
from sidecar.core.model.effect import Node, Understood
from sidecar.core.policy.book import Book
from sidecar.core.understand.understand import understand
from sidecar.core.wire.mcp.message import CALL
from sidecar.processes.rehearsal import Call, Outcome, mcp_body, prompt_body, rehearsed

Shown = dict[str, object]
GOES = frozenset({"allow", "mask"})


@dataclass(frozen=True, slots=True)
class ExplainedCall:
    tool: str
    understood: Understood
    outcome: Outcome

    @property
    def goes(self) -> bool:
        return self.outcome.verdict in GOES


def explained_call(
    book: Book, caller: Caller, connection: str, tool: str, given: str, *, of_a_server: bool = False
) -> ExplainedCall:
    """`given`: the input as a JSON object, or the words of a command. `of_a_server`: the connection is an MCP server's,
    and the agent calls the tool there."""
    arguments = input_of(given)
    if of_a_server:
        body = mcp_body(CALL, {"name": tool, "arguments": arguments})
        call = Call(caller, connection, "", body, kind=Kind.MCP)
    else:
        call = Call(caller, connection, "/v1/messages", prompt_body(""), [block_of(tool, arguments)])
    name = named(connection, tool) if of_a_server else tool
    return ExplainedCall(tool, understood(tool, arguments, described(book, call), name), rehearsed(book, call))


def described(book: Book, call: Call) -> Own:
    """What the policies of a call say that programs and tools do."""
    ruleset = book.for_caller(call.caller, call.at())
    return Own((ruleset.described,)) if ruleset else NOTHING_DESCRIBED


def block_of(tool: str, arguments: Mapping[str, object]) -> Mapping[str, object]:
    """As the model answers with it."""
    return {"type": "tool_use", "id": "toolu_rehearsal", "name": tool, "input": arguments}


def understood(tool: str, arguments: Mapping[str, object], own: Own = NOTHING_DESCRIBED, name: str = "") -> Understood:
    """What it would do. `own`: what policies describe; `name`: of the tool as rules know it."""
    called = Called("tool_use", None, tool, (json.loads(json.dumps(arguments)),))
    return read_call(called, partial(understand, own=own, name=name))


def input_of(given: str) -> Mapping[str, object]:
    """Words that are no JSON object are a command."""
    try:
        value = json.loads(given)
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {"command": given}


def call_as_json(explained: ExplainedCall) -> Shown:
    read, outcome = explained.understood, explained.outcome
    return {
        "tool": explained.tool,
        "effects": _effects(read),
        "objects": [{"kind": one.kind.value, "name": one.name} for one in sorted(read.objects)],
        "unread": list(read.unread),
        "tree": _tree(read.tree),
        "verdict": outcome.verdict,
        "policy": outcome.policy,
        "rule": outcome.rule,
        "shadow": list(outcome.shadow),
        "agent_reads": None if explained.goes else "\n".join(_read(outcome)),
    }


def call_as_text(explained: ExplainedCall) -> Iterator[str]:
    read, outcome = explained.understood, explained.outcome
    yield f"tool: {explained.tool}"
    yield from _branches(read.tree, 1)
    yield from (f"  not understood: {words}" for words in read.unread)
    yield f"effects: {', '.join(_effects(read)) or 'none'}"
    name = f" by {outcome.policy}/{outcome.rule}" if outcome.rule else ""
    yield f"verdict: {outcome.verdict}{name}"
    if outcome.verdict not in (*GOES, "hold"):
        yield from ("the agent reads:", *(f"  {line}" for line in _read(outcome)))


def _read(outcome: Outcome) -> Iterator[str]:
    """The message that it gets, in words; or why it gets none."""
    if not outcome.content:
        yield from outcome.text.splitlines()
    for block in outcome.content:
        if isinstance(block, dict) and isinstance(block.get("input"), dict):
            yield str(block.get("name"))
            yield from (f"  {key}: {value}" for key, value in block["input"].items())
        elif isinstance(block, dict):
            yield from str(block.get("text", "")).splitlines()


def _branches(node: Node, depth: int) -> Iterator[str]:
    deeds = "".join(f"  [{deed.effect.value}: {deed.why}]" for deed in node.deeds)
    yield f"{'  ' * depth}{node.label}{deeds}"
    for child in node.children:
        yield from _branches(child, depth + 1)


def _tree(node: Node) -> Shown:
    deeds: Sequence[Shown] = [{"effect": deed.effect.value, "why": deed.why} for deed in node.deeds]
    return {"label": node.label, "deeds": deeds, "children": [_tree(child) for child in node.children]}


def _effects(read: Understood) -> list[str]:
    return sorted(effect.value for effect in read.effects)
