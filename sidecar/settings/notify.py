"""Who is told of what, as the rest of the program sees it.

Rule: an address that is a secret itself (chat webhooks carry their key in the path) is named by where it is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from sidecar.settings.source import Source


class Occasion(StrEnum):
    """`reminder`: half of a ticket's time is over and nobody has decided. `test`: a sample that a person asked for."""

    OPENED = "opened"
    REMINDER = "reminder"
    DECIDED = "decided"
    EXPIRED = "expired"
    BLOCKED = "blocked"
    LIFTED = "lifted"
    TEST = "test"


class Security(StrEnum):
    """How a mail server is spoken to."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Webhook:
    """`secret`: what messages are signed with; several, one a line, while it is being changed."""

    url: str
    secret: Source


@dataclass(frozen=True, slots=True)
class Slack:
    url: Source


@dataclass(frozen=True, slots=True)
class Teams:
    url: Source


@dataclass(frozen=True, slots=True)
class Email:
    """`ca`: what the server is checked against, where that is no public authority."""

    server: str
    port: int
    security: Security
    sender: str
    to: tuple[str, ...]
    user: str | None = None
    password: Source | None = None
    ca: Path | None = None


Destination = Webhook | Slack | Teams | Email
KINDS: Mapping[type[Destination], str] = MappingProxyType(
    {Webhook: "webhook", Slack: "slack", Teams: "teams", Email: "email"}
)


@dataclass(frozen=True, slots=True)
class Route:
    """`rules` and `approvers` choose among held calls; nothing named: all. `content`: show what the card shows."""

    name: str
    to: Destination
    when: frozenset[Occasion]
    rules: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    content: bool = False

    @property
    def kind(self) -> str:
        return KINDS[type(self.to)]
