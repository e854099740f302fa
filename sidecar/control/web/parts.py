"""What the console and the API are made of, and who may do what there."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from starlette.routing import BaseRoute

from sidecar.control.desk.blocks import Blocks
from sidecar.control.desk.tickets import Tickets
from sidecar.control.person import Person, Role
from sidecar.control.store.store import Store
from sidecar.control.tokens.own import Bearer
from sidecar.control.trail import Trail
from sidecar.control.web.relying import Relying
from sidecar.control.web.session import LOCAL, Sessions

READ_FRESH = 300.0  # seconds, unless somebody configured it
# Whoever can read the state folder of this machine's control plane.
OWNER = Person("local developer", LOCAL, frozenset(), frozenset(Role))


class Bearers(Protocol):
    """Our own tokens, read by ourselves (`tokens/own.py`)."""

    async def caller(self, token: str) -> Bearer:
        """Whose it is and what it is good for, or a `TokenRefused`."""


@dataclass(frozen=True, slots=True)
class Parts:
    """`url`: where people reach us. `roles`: groups that have a role. `local_key`: of this machine's owner, only where
    nobody else can read it. `link_key`: of data planes. `routes`: those of others, each placed in `places.py`.
    `groups_again`: seconds that somebody's groups are good for, to read. `leaving`: the process ends."""

    url: str
    store: Store
    tickets: Tickets
    blocks: Blocks
    trail: Trail
    roles: Mapping[Role, frozenset[str]] = field(default_factory=dict)
    relying: Relying | None = None
    bearers: Bearers | None = None
    local_key: str | None = field(default=None, repr=False)
    link_key: str | None = field(default=None, repr=False)
    clock: Callable[[], float] = time.time
    routes: Sequence[BaseRoute] = ()
    groups_again: float = READ_FRESH
    leaving: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def sessions(self) -> Sessions:
        return Sessions(self.store, self.clock)

    @property
    def tls(self) -> bool:
        return self.url.startswith("https://")

    def person(self, subject: str, provider: str, groups: frozenset[str]) -> Person:
        """With the roles that these groups have now."""
        if provider == LOCAL:
            return OWNER
        roles = frozenset(role for role, members in self.roles.items() if not groups.isdisjoint(members))
        return Person(subject, provider, groups, roles)
