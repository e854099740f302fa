"""How the pages ask the record.

Strategy: the record belongs to another edge of this program; whoever composes the console answers these questions.

Rules:
- `Away`: the record cannot be asked now. It is no fault of the page: it says so calmly, and what to do.
- Times are Unix seconds.
"""

from typing import Protocol

from sidecar.control.web.questions.figures import Overview, Policies, Span
from sidecar.control.web.questions.proofs import Download, Evidence, Report, ReportLine, Verification
from sidecar.control.web.questions.rehearsed import Asker, Explained
from sidecar.control.web.questions.sessions import Calls, Replay, SessionPage, Story, Which
from sidecar.core.errors import GatehouseError


class Away(GatehouseError):  # noqa: N818  (an answer)
    """Why the record cannot be asked, in a sentence for whoever runs it. `set`: whether one is configured at all."""

    def __init__(self, sentence: str, configured: bool = True) -> None:
        super().__init__(sentence)
        self.configured = configured


class NotReadable(GatehouseError):  # noqa: N818  (an answer)
    """What was pasted is not what can be asked about; the sentence says what is."""


class Questions(Protocol):
    """Every one may raise `Away`."""

    async def overview(self, span: Span) -> Overview: ...

    async def calls(self, which: Which, after: str | None, newer: float | None) -> Calls: ...

    async def sessions(self, which: Which, after: str | None) -> SessionPage: ...

    async def story(self, session: str, after: int, most: int) -> Story | None: ...

    async def replay(self, session: str) -> Replay | None: ...

    async def policies(self, span: Span) -> Policies: ...

    async def explain(self, asker: Asker, body: bytes) -> Explained:
        """Or `NotReadable`."""

    async def evidence(self) -> Evidence: ...

    async def verify(self, by: str) -> None:
        """Begins one in the background unless one runs."""

    async def verification(self) -> Verification | None:
        """The one that runs, or the last."""

    async def report_line(self, name: str) -> ReportLine | None:
        """Which report it is; nothing is asked of the database."""

    async def report(self, name: str, begin: float, until: float, team: str, page: int) -> Report | None: ...

    async def report_as(self, name: str, form: str, begin: float, until: float, team: str) -> Download | None: ...
