"""A person who acts through the console, the API or a command, as known at this moment."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Each includes what a viewer may; an admin may everything."""

    VIEWER = "viewer"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Person:
    """`groups` and `roles` are of now: whoever makes a Person looks them up again for each request."""

    subject: str
    provider: str
    groups: frozenset[str] = frozenset()
    roles: frozenset[Role] = frozenset()

    def may(self, role: Role) -> bool:
        return Role.ADMIN in self.roles or role in self.roles or (role is Role.VIEWER and bool(self.roles))

    @property
    def named(self) -> str:
        """As records name them."""
        return f"{self.provider}/{self.subject}"
