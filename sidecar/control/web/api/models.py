"""What the API takes and gives. The descriptions here are those of the OpenAPI document.

Rule: what the gate masked stays masked; texts are as the record has them, so that whoever shows them on a terminal or a
page has to make control characters visible first.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sidecar.core.approval.ticket import LONGEST_RATIONALE, State
from sidecar.core.model.block import Target


class Taken(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Mark(BaseModel):
    """Characters `start` to `end` (exclusive) are why the call is held."""

    start: int
    end: int
    rule: str


class Excerpt(BaseModel):
    title: str
    text: str
    marks: list[Mark]


class Decision(BaseModel):
    subject: str
    provider: str
    yes: bool
    rationale: str | None
    at: float


class Approval(BaseModel):
    """A held call. Times are Unix seconds of the control plane's clock."""

    id: str
    state: State
    opened: float
    deadline: Annotated[float, Field(description="Until when it can be decided or, once approved, used.")]
    seconds_left: Annotated[float, Field(description="As of this answer; 0 once it has ended.")]
    ended: float | None
    subject: str
    provider: str
    groups: list[str]
    session: str | None
    agent: str | None
    gate: str
    exchange: str
    connection: str
    model: str | None
    what: Literal["request", "tool_call"]
    tool: str | None
    call: Annotated[str, Field(description="Of a tool call: its identifier in the answer.")]
    rule: str
    policy: str
    policy_digest: str
    fingerprint: str
    why: str
    approvers: Annotated[list[str], Field(description="Groups of which a person must be one; empty: any reviewer.")]
    approvals_needed: int
    approvals: int
    rationale_required: bool
    reuse_seconds: Annotated[
        float | None, Field(description="For so long a yes may be extended to the same rule in the same session.")
    ]
    for_session_until: float | None
    decisions: list[Decision]
    cannot: Annotated[str | None, Field(description="Why whoever asks cannot decide here; null: they can.")]


class FullApproval(Approval):
    """With the texts; looking at them is recorded."""

    content: Annotated[list[Excerpt], Field(description="What exactly would run or be sent, masked.")]
    before: Annotated[list[Excerpt], Field(description="What the agent did just before.")]


class ApprovalList(BaseModel):
    items: list[Approval]
    next: Annotated[str | None, Field(description="Cursor of the page after this one; null: there is none.")]
    pending: Annotated[int, Field(description="How many wait for people at this moment.")]


class Decide(Taken):
    yes: bool
    rationale: Annotated[str | None, Field(max_length=LONGEST_RATIONALE)] = None
    for_session: Annotated[bool, Field(description="Extend the yes to the same rule in the same session.")] = False


class BlockOut(BaseModel):
    id: str
    target: Target
    value: Annotated[str, Field(description="Whom or what it names; empty for `all`.")]
    reason: str
    at: float
    before: Annotated[float | None, Field(description="Only tokens issued until then.")]
    by: str
    lifted: float | None
    lifted_by: str | None


class BlockList(BaseModel):
    """Those in force first, then those lifted lately."""

    items: list[BlockOut]


class PutBlock(Taken):
    target: Literal["session", "subject", "agent", "connection", "all"]
    value: Annotated[str, Field(max_length=500)] = ""
    reason: Annotated[str, Field(min_length=1, max_length=500, description="A sentence that the caller reads.")]


class Me(BaseModel):
    subject: str
    provider: str
    groups: list[str]
    roles: list[str]


class Link(BaseModel):
    url: Annotated[str, Field(description="Signs in once, within ten minutes.")]


class Problem(BaseModel):
    code: str
    message: str


class Error(BaseModel):
    error: Problem
