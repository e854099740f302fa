"""What is asked of people when a call is held: who, what exactly, why, and on which terms.

Rules:
- Everything in here is masked: it is stored, sent to the control plane, and shown.
- `fingerprint` names exactly this call; `session_key` names "the same rule in the same session". See `fingerprint.py`.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from sidecar.core.model.hold import Terms


class What(StrEnum):
    REQUEST = "request"
    TOOL_CALL = "tool_call"


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters `start` to `end` (exclusive) of a text are why the call is held; `rule` says so."""

    start: int
    end: int
    rule: str


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One text of the card. `title`: what it is (`Prompt`, `Tool Bash`, `Result of Bash`)."""

    title: str
    text: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """`id` is the asker's own name for this question: asked again under the same id, it is the same question."""

    id: str
    fingerprint: str
    session_key: str
    what: What
    gate: str
    exchange: str
    connection: str
    subject: str
    provider: str
    groups: tuple[str, ...]
    session: str | None
    agent: str | None
    model: str | None
    tool: str | None
    rule: str
    policy: str
    policy_digest: str
    why: str
    terms: Terms
    at: float  # Unix seconds
    content: tuple[Excerpt, ...] = field(default=(), repr=False)
    before: tuple[Excerpt, ...] = field(default=(), repr=False)  # what the agent did just before
    call: str = ""  # of a tool call: its identifier in the answer
