"""The operations of the API that people use: one table, of which the routes and the OpenAPI document are made."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

from sidecar.control.web.api.models import (
    ApprovalList,
    BlockList,
    BlockOut,
    Decide,
    Error,
    FullApproval,
    Link,
    Me,
    PutBlock,
)


@dataclass(frozen=True, slots=True)
class Operation:
    """`query`: parameters and what they mean. `gives`: nothing where `kind` is not JSON. `sent`: the kind of what is
    taken. `failures`: by status; nothing: the usual ones."""

    method: str
    path: str
    name: str
    summary: str
    gives: type[BaseModel] | None = None
    takes: type[BaseModel] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    status: int = 200
    sent: str = "application/json"
    failures: Mapping[str, str] | None = None
    failure: type[BaseModel] = Error


_PAGE = {"cursor": "`next` of the page before.", "limit": "How many at most (1 to 200; 50 if it is not said)."}

OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", "/v1/me", "me", "Who you are here, and your roles.", Me),
    Operation(
        "GET", "/v1/approvals", "list_approvals", "Held calls, the newest first.", ApprovalList,
        query={
            "state": "Any of pending, approved, denied, expired, withdrawn and used, with commas.",
            "subject": "Of this caller.", "session": "Of this session.", "rule": "Held by this rule.", **_PAGE,
        },
    ),
    Operation(
        "GET", "/v1/approvals/events", "approval_events",
        "Server-sent events: `ticket` with {id, pending} whenever one changed, `all` when some may have been missed.",
        kind="text/event-stream",
    ),
    Operation(
        "GET", "/v1/approvals/{id}", "get_approval", "One held call with its texts. The look is recorded.", FullApproval
    ),
    Operation(
        "POST", "/v1/approvals/{id}/decisions", "decide",
        "Say yes or no. 409 if you cannot: it has ended, it is your own call, you have decided already.",
        FullApproval, Decide,
    ),
    Operation("GET", "/v1/blocks", "list_blocks", "Whom and what people have stopped.", BlockList),
    Operation(
        "POST", "/v1/blocks", "put_block", "Stop a session, caller, agent, connection or all, until it is lifted.",
        BlockOut, PutBlock, status=201,
    ),
    Operation("DELETE", "/v1/blocks/{id}", "lift_block", "Let go on what was stopped.", status=204),
    Operation(
        "POST", "/v1/sign-in-links", "sign_in_link", "A link that signs this machine's owner in at the console, once.",
        Link, status=201,
    ),
)  # fmt: skip
