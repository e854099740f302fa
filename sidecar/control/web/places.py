"""Every route and who may take it: one table.

Rule: a route that nobody placed here is refused, whoever asks.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from sidecar.control.person import Person, Role


class Needs(StrEnum):
    """`gate`: a data plane, by its link key. `local`: this machine's owner, by the local key. `person`: anyone who is
    signed in, with or without a role."""

    ANYONE = "anyone"
    GATE = "gate"
    LOCAL = "local"
    PERSON = "person"
    VIEWER = "viewer"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"
    ADMIN = "admin"


PLACES: Mapping[tuple[str, str], Needs] = MappingProxyType(
    {
        # Signing in and out, and what a page is made of.
        ("GET", "/sign-in"): Needs.ANYONE,
        ("GET", "/sign-in/begin"): Needs.ANYONE,
        ("GET", "/sign-in/back"): Needs.ANYONE,
        ("POST", "/sign-out"): Needs.ANYONE,
        ("GET", "/static/{name}"): Needs.ANYONE,
        ("GET", "/healthz"): Needs.ANYONE,
        ("GET", "/readyz"): Needs.ANYONE,
        ("GET", "/metrics"): Needs.ANYONE,
        ("GET", "/openapi.json"): Needs.ANYONE,
        # Pages.
        ("GET", "/"): Needs.VIEWER,
        ("GET", "/overview"): Needs.VIEWER,
        ("GET", "/approvals"): Needs.VIEWER,
        ("GET", "/approvals/queue"): Needs.VIEWER,
        ("GET", "/approvals/{id}"): Needs.VIEWER,
        ("GET", "/approvals/{id}/card"): Needs.VIEWER,
        ("POST", "/approvals/{id}/decide"): Needs.REVIEWER,
        ("GET", "/stop"): Needs.VIEWER,
        ("POST", "/stop"): Needs.REVIEWER,
        ("POST", "/stop/{id}/lift"): Needs.ADMIN,
        ("GET", "/live"): Needs.VIEWER,
        ("GET", "/live/rows"): Needs.VIEWER,
        ("GET", "/live/events"): Needs.VIEWER,
        ("GET", "/sessions"): Needs.VIEWER,
        ("GET", "/sessions/{session}"): Needs.VIEWER,
        ("GET", "/sessions/{session}/replay"): Needs.VIEWER,
        ("GET", "/sessions/{session}/frames"): Needs.VIEWER,
        ("GET", "/policies"): Needs.VIEWER,
        ("POST", "/policies/explain"): Needs.VIEWER,
        ("GET", "/evidence"): Needs.VIEWER,
        ("POST", "/evidence/verify"): Needs.AUDITOR,
        ("GET", "/evidence/verify"): Needs.VIEWER,
        ("GET", "/evidence/reports/{report}"): Needs.AUDITOR,
        ("GET", "/evidence/export"): Needs.AUDITOR,
        ("GET", "/notifications"): Needs.VIEWER,
        ("POST", "/notifications/{id}/retry"): Needs.ADMIN,
        ("GET", "/device"): Needs.PERSON,
        ("POST", "/device"): Needs.PERSON,
        # Tokens: what is shown there is the proof.
        ("POST", "/v1/token"): Needs.ANYONE,
        ("POST", "/v1/device"): Needs.ANYONE,
        ("POST", "/v1/logout"): Needs.ANYONE,
        ("POST", "/v1/revocations"): Needs.ADMIN,
        ("GET", "/.well-known/jwks.json"): Needs.ANYONE,
        ("GET", "/.well-known/cluster-jwks.json"): Needs.ANYONE,
        ("GET", "/.well-known/openid-configuration"): Needs.ANYONE,
        ("GET", "/.well-known/oauth-authorization-server"): Needs.ANYONE,
        # The API.
        ("GET", "/v1/me"): Needs.PERSON,
        ("GET", "/v1/approvals"): Needs.VIEWER,
        ("GET", "/v1/approvals/events"): Needs.VIEWER,
        ("GET", "/v1/approvals/{id}"): Needs.VIEWER,
        ("POST", "/v1/approvals/{id}/decisions"): Needs.REVIEWER,
        ("GET", "/v1/blocks"): Needs.VIEWER,
        ("POST", "/v1/blocks"): Needs.REVIEWER,
        ("DELETE", "/v1/blocks/{id}"): Needs.ADMIN,
        ("POST", "/v1/sign-in-links"): Needs.LOCAL,
        ("POST", "/v1/anchors"): Needs.GATE,
        ("GET", "/v1/anchors"): Needs.GATE,
    }
)
# All that a gate token opens beside what is open to anyone: whoever runs an agent may know who it runs as. What waits
# for approval is for people, and an agent holds a token of the person it works for.
FOR_GATE_TOKENS = frozenset({("GET", "/v1/me")})
ROLES: Mapping[Needs, Role] = MappingProxyType(
    {
        Needs.VIEWER: Role.VIEWER,
        Needs.REVIEWER: Role.REVIEWER,
        Needs.AUDITOR: Role.AUDITOR,
        Needs.ADMIN: Role.ADMIN,
    }
)


def needed(method: str, path: str) -> Needs | None:
    """`path` as it is written in the route; nothing: nobody placed it."""
    return PLACES.get(("GET" if method == "HEAD" else method, path))


def opens_to_gate_tokens(method: str, path: str) -> bool:
    method = "GET" if method == "HEAD" else method
    return (method, path) in FOR_GATE_TOKENS or PLACES.get((method, path)) is Needs.ANYONE


def may(person: Person, needs: Needs) -> bool:
    """Whether this person may; machines are looked at elsewhere."""
    if needs in (Needs.ANYONE, Needs.PERSON):
        return True
    role = ROLES.get(needs)
    return role is not None and person.may(role)
