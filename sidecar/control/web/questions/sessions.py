"""Calls and sessions as the pages show them: lines, timelines, replays.

Rule: a list comes in pages: `after` of one asks for the next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Which:
    """Which calls or sessions; what is not said does not matter."""

    verdict: str | None = None
    caller: str | None = None
    connection: str | None = None
    text: str | None = None
    since: float | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One exchange as a line."""

    exchange: str
    at: float
    changed: float
    subject: str
    agent: str
    session: str
    connection: str
    model: str
    verdict: str
    rule: str
    outcome: str
    status: int
    findings: int
    tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Calls:
    """The newest first. `upto`: what came later than this is new."""

    rows: Sequence[Call]
    upto: float
    after: str | None = None


@dataclass(frozen=True, slots=True)
class SessionLine:
    session: str
    subject: str
    agent: str
    began: float
    ended: float
    calls: int
    denied: int
    held: int
    findings: int
    models: Sequence[str]
    tokens: int
    cost: float


@dataclass(frozen=True, slots=True)
class SessionPage:
    rows: Sequence[SessionLine]
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A value that a rule found; never the value."""

    side: str
    rule: str
    detector: str
    path: str
    action: str
    placeholder: str
    shadow: bool


@dataclass(frozen=True, slots=True)
class Held:
    tool: str
    rule: str
    decision: str
    who: str
    rationale: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class ToolCall:
    name: str
    given: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange of a session. `moment`: milliseconds into the replay at which it begins."""

    number: int
    call: Call
    say: str
    stop_reason: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost: float
    gate_ms: float
    upstream_ms: float
    human_ms: float
    policy: str
    prompt: str
    answer: str
    tools: Sequence[ToolCall]
    kept: Sequence[Kept]
    held: Sequence[Held]
    moment: int


@dataclass(frozen=True, slots=True)
class Story:
    """`turns` may be a part of `count`."""

    session: str
    subject: str
    agent: str
    began: float
    ended: float
    count: int
    turns: Sequence[Turn]
    placeholders: Mapping[str, str]
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """Something that appears `at` milliseconds after the beginning of the replay."""

    at: int
    turn: int
    kind: str
    role: str
    block: int
    text: str


@dataclass(frozen=True, slots=True)
class Replay:
    """`kinds` of frames: `turn` (its heading), `changed` (what a rule did), and those of the conversation."""

    session: str
    length: int
    frames: Sequence[Frame]
    placeholders: Mapping[str, str]
