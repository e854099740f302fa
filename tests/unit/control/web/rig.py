"""The whole console over a real store, asked in process; and calls to put before people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from sidecar.control.desk.blocks import Blocks
from sidecar.control.desk.tickets import Tickets
from sidecar.control.person import Role
from sidecar.control.store.store import Store
from sidecar.control.tokens.own import Bearer
from sidecar.control.tokens.refusal import TokenRefused
from sidecar.control.web.app import app
from sidecar.control.web.parts import Parts
from sidecar.control.web.session import LOCAL
from sidecar.core.approval.asked import Asked, Excerpt, Mark, What
from sidecar.core.errors import RecordingFailed
from sidecar.core.model.caller import Caller
from sidecar.core.model.hold import Terms

URL = "http://127.0.0.1:15090"
OWNER_KEY = "owner-" + "k" * 30
LINK_KEY = "link-" + "k" * 30
ROLES = {
    Role.VIEWER: frozenset({"everyone"}),
    Role.REVIEWER: frozenset({"reviewers"}),
    Role.AUDITOR: frozenset({"auditors"}),
    Role.ADMIN: frozenset({"admins"}),
}
GROUP = {role: next(iter(groups)) for role, groups in ROLES.items()}
PAGE = {"accept": "text/html,*/*"}
SAME = {"sec-fetch-site": "same-origin", "origin": URL}


class Kept:
    """The trail, in memory; `full`: nothing can be recorded."""

    def __init__(self) -> None:
        self.facts: list[tuple[str, dict[str, object]]] = []
        self.full = False

    async def record(self, kind: str, fact: Mapping[str, object]) -> None:
        if self.full:
            raise RecordingFailed("the disk is full")
        self.facts.append((kind, dict(fact)))

    def of(self, kind: str) -> list[dict[str, object]]:
        return [fact for known, fact in self.facts if known == kind]


class Clock:
    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Bearers:
    """Tokens of the form `NAME:GROUP` are for people's acts, those of the form `agent:NAME:GROUP` for a gate."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.age = 0.0

    async def caller(self, token: str) -> Bearer:
        name, found, group = token.removeprefix("agent:").partition(":")
        if not found:
            raise TokenRefused("This is no token of ours.")
        caller = Caller(name, "gatehouse", (group,), token=f"jti-{name}", issued=1.0)
        provider = LOCAL if name == "local developer" else "company"
        return Bearer(caller, provider, not token.startswith("agent:"), self.clock.now - self.age)


@dataclass
class Rig:
    parts: Parts
    trail: Kept
    clock: Clock
    opened: list[httpx.AsyncClient] = field(default_factory=list)

    def browser(self, cookies: Mapping[str, str] | None = None, **headers: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app(self.parts), raise_app_exceptions=False)
        client = httpx.AsyncClient(
            transport=transport, base_url=self.parts.url, cookies=dict(cookies or {}), headers=headers
        )
        self.opened.append(client)
        return client

    async def signed_in(self, name: str = "grace", groups: Sequence[str] = ("reviewers",)) -> httpx.AsyncClient:
        session = await self.parts.sessions.begin(name, "company", frozenset(groups))
        return self.browser({"gatehouse": session.cookie}, **PAGE, **SAME)

    async def owner(self) -> httpx.AsyncClient:
        session = await self.parts.sessions.begin("local developer", LOCAL)
        return self.browser({"gatehouse": session.cookie}, **PAGE, **SAME)

    def bearer(self, token: str) -> httpx.AsyncClient:
        return self.browser(authorization=f"Bearer {token}", accept="application/json")

    async def close(self) -> None:
        for client in self.opened:
            await client.aclose()


def rig(store: Store, **more: object) -> Rig:
    trail, clock = Kept(), Clock()
    values: dict[str, object] = {
        "url": URL,
        "store": store,
        "tickets": Tickets(store, trail, clock=clock),
        "blocks": Blocks(store, trail, clock=clock),
        "trail": trail,
        "roles": ROLES,
        "bearers": Bearers(clock),
        "local_key": OWNER_KEY,
        "link_key": LINK_KEY,
        "clock": clock,
    }
    return Rig(Parts(**{**values, **more}), trail, clock)  # type: ignore[arg-type]


def asked(name: str = "q1", **more: object) -> Asked:
    text = "rm -rf /srv/exports"
    values: dict[str, object] = {
        "id": name,
        "fingerprint": f"fingerprint of {name}",
        "session_key": "key",
        "what": What.TOOL_CALL,
        "gate": "gate-1",
        "exchange": "ex-1",
        "connection": "claude",
        "subject": "ada",
        "provider": "company",
        "groups": ("engineering",),
        "session": "s-1",
        "agent": "builder",
        "model": "claude-x",
        "tool": "Bash",
        "rule": "destructive",
        "policy": "engineering",
        "policy_digest": "d" * 16,
        "why": "This would delete data.",
        "terms": Terms(),
        "at": 0.0,
        "content": (Excerpt("Tool Bash", text, (Mark(0, 6, "destructive"),)),),
        "before": (Excerpt("Prompt", "Make room."),),
    }
    return Asked(**{**values, **more})  # type: ignore[arg-type]
