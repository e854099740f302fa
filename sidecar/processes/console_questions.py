"""What the console's pages ask of the record, answered from it.

Strategy: the database is asked in threads, so that one slow question keeps nobody else waiting. Stories, evidence and
rehearsed requests have files of their own (`console_stories`, `console_evidence`, `console_explain`).

Rules: whatever is the matter with the database becomes `Away`: a sentence for whoever runs it.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from sidecar.control.web.questions.asking import Away, NotReadable
from sidecar.control.web.questions.figures import InForce, Overview, Policies, RuleHits, Span
from sidecar.control.web.questions.proofs import Download, Evidence, Report, ReportLine, Verification
from sidecar.control.web.questions.rehearsed import Asker, Explained
from sidecar.control.web.questions.sessions import Call, Calls, Replay, SessionLine, SessionPage, Story, Which
from sidecar.processes.console_evidence import Proofs
from sidecar.processes.console_explain import rehearsal_of
from sidecar.processes.console_figures import overview_of, rule_hits
from sidecar.processes.console_stories import Stories
from sidecar.record.clickhouse.place import Trouble, place
from sidecar.record.view import calls, listing, policies
from sidecar.record.view.figures import Figures
from sidecar.record.view.ledger import Ledger
from sidecar.settings.values import Settings

T = TypeVar("T")
NOT_SET = "No database is configured: set record.clickhouse."


class RecordQuestions:
    """Over the database that the settings name."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        self._ledger = Ledger(place(settings.record)) if settings.record.clickhouse else None
        self._figures = Figures(self._ledger, clock) if self._ledger else None
        self._proofs = Proofs(settings, clock)
        self._stories = Stories(place(settings.record)) if settings.record.clickhouse else None

    async def overview(self, span: Span) -> Overview:
        figures, ledger = self._known(self._figures), self._known(self._ledger)
        return await _asked(lambda: overview_of(figures, ledger, span))

    async def calls(self, which: Which, after: str | None, newer: float | None) -> Calls:
        ledger = self._known(self._ledger)
        before, name = _cursor(after)
        wanted = {
            "verdict": which.verdict,
            "caller": which.caller,
            "connection": which.connection,
            "before": before,
            "name": name,
            "newer": None if newer is None else round(newer * 1e6),
        }

        def ask() -> Calls:
            rows = calls.calls(ledger, wanted)
            upto = (
                calls.newest(ledger) / 1e6 if newer is None else max((one.changed / 1e6 for one in rows), default=newer)
            )
            last = f"{rows[-1].began}-{rows[-1].exchange}" if len(rows) == calls.MOST and newer is None else None
            return Calls([call_of(one) for one in rows], upto, last)

        return await _asked(ask)

    async def sessions(self, which: Which, after: str | None) -> SessionPage:
        ledger = self._known(self._ledger)
        before, name = _cursor(after)
        wanted = {
            "verdict": which.verdict,
            "caller": which.caller,
            "connection": which.connection,
            "text": listing.as_stored(which.text) if which.text else None,
            "since": None if which.since is None else round(which.since * 1e6),
            "until": None if which.until is None else round(which.until * 1e6),
            "before": before,
            "name": name,
        }
        rows = await _asked(lambda: listing.sessions(ledger, wanted))
        last = f"{rows[-1].began}-{rows[-1].session}" if len(rows) == listing.MOST else None
        return SessionPage([_session(one) for one in rows], last)

    async def story(self, session: str, after: int, most: int) -> Story | None:
        stories = self._known(self._stories)
        return await _asked(lambda: stories.story(session, after, most))

    async def replay(self, session: str) -> Replay | None:
        stories = self._known(self._stories)
        return await _asked(lambda: stories.replay(session))

    async def policies(self, span: Span) -> Policies:
        figures, ledger = self._known(self._figures), self._known(self._ledger)

        def ask() -> Policies:
            in_force = [
                InForce(one.digest, one.policies, one.since, one.calls, one.last)
                for one in policies.in_force(ledger, span.begin, span.until)
            ]
            rules: Sequence[RuleHits] = rule_hits(figures, span)
            return Policies(span, in_force, rules, policies.refused(ledger, span.begin))

        return await _asked(ask)

    async def explain(self, asker: Asker, body: bytes) -> Explained:
        """It is CPU work of some milliseconds; a large request takes longer."""
        try:
            return await asyncio.to_thread(rehearsal_of, self._settings, asker, body)
        except ValueError as error:
            raise NotReadable("This is not a request as JSON: paste the body of a call to /v1/messages.") from error

    async def evidence(self) -> Evidence:
        return await asyncio.to_thread(self._proofs.evidence, self._ledger)

    async def verify(self, by: str) -> None:
        await self._proofs.begin(by)

    async def verification(self) -> Verification | None:
        return self._proofs.last()

    async def report_line(self, name: str) -> ReportLine | None:
        return self._proofs.report_line(name)

    async def report(self, name: str, begin: float, until: float, team: str, page: int) -> Report | None:
        self._known(self._ledger)
        return await _asked(lambda: self._proofs.report(name, _utc(begin), _utc(until), team, page))

    async def report_as(self, name: str, form: str, begin: float, until: float, team: str) -> Download | None:
        self._known(self._ledger)
        return await _asked(lambda: self._proofs.report_as(name, form, _utc(begin), _utc(until), team))

    async def close(self) -> None:
        await self._proofs.close()
        for one in (self._ledger, self._stories):
            if one is not None:
                await asyncio.to_thread(one.close)

    def _known(self, one: T | None) -> T:
        if one is None:
            raise Away(NOT_SET, configured=False)
        return one


async def _asked(question: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(question)
    except Trouble as trouble:
        raise Away(str(trouble)) from trouble


def call_of(one: calls.Line) -> Call:
    return Call(
        exchange=one.exchange, at=one.began / 1e6, changed=one.changed / 1e6, subject=one.subject, agent=one.agent,
        session=one.session, connection=one.connection, model=one.model, verdict=one.verdict, rule=one.rule,
        outcome=one.outcome, status=one.status, findings=one.findings, tokens=one.tokens, seconds=one.seconds,
    )  # fmt: skip


def _session(one: listing.Line) -> SessionLine:
    return SessionLine(
        session=one.session, subject=one.subject, agent=one.agent, began=one.began / 1e6, ended=one.ended / 1e6,
        calls=one.calls, denied=one.denied, held=one.held, findings=one.findings, models=one.models,
        tokens=one.tokens, cost=one.cost,
    )  # fmt: skip


def _cursor(said: str | None) -> tuple[int | None, str | None]:
    """`MICROSECONDS-NAME`; whatever else it is begins at the beginning."""
    moment, _, name = (said or "").partition("-")
    return (int(moment), name) if moment.isascii() and moment.isdigit() and len(moment) < 19 and name else (None, None)


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
