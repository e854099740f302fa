"""What people did, written down for good.

Rules:
- Kinds: `signed_in`, `signed_out`, `looked`, `approval_decided_by`, `blocked`, `lifted`, `token_issued`,
  `token_refused`, `token_revoked`, `notified`.
- What cannot be recorded does not happen: `record` raises `RecordingFailed`, and who called it stops there.
"""

from collections.abc import Mapping
from typing import Protocol


class Trail(Protocol):
    """The control plane's own chain of evidence."""

    async def record(self, kind: str, fact: Mapping[str, object]) -> None:
        """Return when the fact is on disk."""
