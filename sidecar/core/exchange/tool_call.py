"""A complete tool call, what it would do, and what the rules on tool calls say of it.

Strategy: `judge_call` is the one place where a call is judged with its effects, and it is pure: the call and the rules
in, verdicts out. What looks beyond one call belongs beside it, not into it.

Rules:
- Clients differ in what they take for the input of a block that begins with one and then streams another: each is
  read, and the effects of all of them count.
- Input that is no object fits no tool; nobody can say what it would do.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sidecar.core.exchange.rules import Court
from sidecar.core.model.effect import Node, Understood
from sidecar.core.model.finding import Verdict
from sidecar.core.model.session_use import SessionUse
from sidecar.core.policy.facts import NOTHING_YET, ToolCall
from sidecar.core.understand.understand import LONGEST_NAME
from sidecar.core.wire.json_strings import JsonValue

Understand = Callable[[str, Mapping[str, object]], Understood]

# A block that the agent itself carries out. Every other kind of call is carried out by the provider.
OF_THE_AGENT = "tool_use"
# Tools that hand the machine something to run: by name, or by what their arguments are called.
_RUNS = re.compile(
    r"bash|shell|terminal|exec|command|sql|query|python|javascript|code|script|repl|console", re.IGNORECASE
)
_RUN_BY = frozenset({"command", "cmd", "script", "sql", "statement", "code", "bash_command"})


@dataclass(frozen=True, slots=True)
class Called:
    """As the provider made it. `inputs`: each that a client may take for its input; nearly always one."""

    kind: str
    id: str | None
    tool: str | None
    inputs: tuple[JsonValue, ...] = field(repr=False)

    @property
    def of_the_agent(self) -> bool:
        return self.kind == OF_THE_AGENT

    @property
    def runs(self) -> bool:
        """Whether the machine is handed something to run, so that what is not understood of it may be anything."""
        # A name that no API takes may be any tool; to search one of megabytes took seconds.
        if self.tool is None or len(self.tool) > LONGEST_NAME or _RUNS.search(self.tool):
            return True
        return any(not isinstance(one, dict) or not _RUN_BY.isdisjoint(one) for one in self.inputs)


@dataclass(frozen=True, slots=True)
class Said:
    """What rules say that do not simply let a call go, the strictest first; and what those in shadow would have."""

    verdicts: tuple[Verdict, ...]
    shadow: tuple[Verdict, ...]


def judge_call(court: Court, called: Called, understood: Understood, before: SessionUse = NOTHING_YET) -> Said:
    """`before`: what the session has done so far."""
    call = ToolCall(called.tool, understood.effects, called.runs, before)
    return Said(court.on_call(call), court.on_call(call, shadow=True))


def read_call(called: Called, understand: Understand) -> Understood:
    """What it would do, whichever input a client takes."""
    read = [_read(called.tool or "", one, understand) for one in called.inputs]
    return read[0] if len(read) == 1 else _united(read)


def unread(tool: str, _: Mapping[str, object]) -> Understood:
    """Where nobody reads calls, what they do is unknown."""
    return Understood(Node(tool), ("nothing at this gate reads tool calls",))


def _read(tool: str, given: JsonValue, understand: Understand) -> Understood:
    if not isinstance(given, dict):
        return Understood(Node(tool), ("an input that is no object",))
    return understand(tool, given)


def _united(several: Sequence[Understood]) -> Understood:
    whole = Node("one of several inputs", (), tuple(one.tree for one in several))
    return Understood(whole, tuple(words for one in several for words in one.unread))
