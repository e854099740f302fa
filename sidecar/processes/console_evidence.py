"""What the console says of the evidence: chains, anchors, keys, the last check, reports.

Strategy: a check reads every event, so it runs as a process of its own (`console_verify`), which tells how far it is;
the last result is kept in a file beside the control plane's other state.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime

from sidecar.control.web.questions.asking import Away
from sidecar.control.web.questions.proofs import (
    Anchor,
    Chain,
    Download,
    Evidence,
    Key,
    Report,
    ReportLine,
    Verification,
)
from sidecar.core.errors import ConfigurationError
from sidecar.processes.console_anchors import Standings
from sidecar.processes.state_folder import prepared, write_private
from sidecar.record.clickhouse.place import Trouble, place
from sidecar.record.keys import Keys, listed
from sidecar.record.reports.ask import ask, period
from sidecar.record.reports.chart import shares
from sidecar.record.reports.forms import as_csv, as_json, cell, is_number
from sidecar.record.reports.page import Answered, verdict
from sidecar.record.reports.saved import Saved, report, reports
from sidecar.record.view import chains
from sidecar.record.view.ledger import Ledger
from sidecar.settings.values import Settings

KEPT = "verification.json"
MODULE = "sidecar.processes.console_verify"
ROWS = 200  # on one page: what a browser and a person take in at once
FORMS = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


class Proofs:
    """One check at a time."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        self._file = settings.control_plane.folder / KEPT
        self._standings = Standings(settings, clock)
        self._running: Verification | None = None
        self._task: asyncio.Task[None] | None = None

    def evidence(self, ledger: Ledger | None) -> Evidence:
        away, found = None, []
        try:
            found = [Chain(**asdict(one)) for one in chains.chains(ledger)] if ledger else []
        except Trouble as trouble:
            away = str(trouble)
        return Evidence(
            chains=found,
            anchors=[Anchor(**asdict(one)) for one in self._standings.now()],
            keys=self._keys(),
            reports=[_line(one) for one in reports()],
            away=away if ledger else "No database is configured: set record.clickhouse.",
        )

    async def begin(self, by: str) -> None:
        if self._task is None or self._task.done():
            self._running = Verification(self._clock(), by)
            self._task = asyncio.create_task(self._check(self._running))

    def last(self) -> Verification | None:
        if self._running is not None:
            return self._running
        try:
            kept = json.loads(self._file.read_bytes())
            return Verification(**{**kept, "faults": tuple(kept["faults"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))

    def report_line(self, name: str) -> ReportLine | None:
        return next((_line(one) for one in reports() if one.name == name), None)

    def report(
        self, name: str, begin: datetime, until: datetime, team: str, page: int = 1, most: int = ROWS
    ) -> Report | None:
        answer = self._answered(name, begin, until, team)
        if answer is None:
            return None
        saved, table = answer.saved, answer.table
        kind, says = verdict(answer)
        pages = max(1, -(-len(table.rows) // most))
        page = min(page, pages)
        return Report(
            line=_line(saved),
            columns=[one.replace("_", " ") for one in table.columns],
            cells=[[cell(value) for value in row] for row in table.rows[most * (page - 1) : most * page]],
            page=page,
            pages=pages,
            numbers=[any(is_number(row[at]) for row in table.rows) for at in range(len(table.columns))],
            bars=shares(table, saved.chart) if saved.chart else (),
            bars_title=" by ".join(reversed([one.replace("_", " ") for one in saved.chart])) if saved.chart else "",
            says=says,
            good={"good": True, "bad": False}.get(kind),
        )

    def report_as(self, name: str, form: str, begin: datetime, until: datetime, team: str) -> Download | None:
        answer = self._answered(name, begin, until, team) if form in FORMS else None
        if answer is None:
            return None
        about: dict[str, object] = {
            "report": name,
            "title": answer.saved.title,
            "question": answer.saved.question,
            "controls": list(answer.saved.controls),
            "from": begin.isoformat(),
            "until": until.isoformat(),
            "team": team or None,
            "says": verdict(answer)[1],
        }
        text = as_csv(answer.table) if form == "csv" else as_json(answer.table, about)
        return Download(f"gatehouse-{name}-{begin:%Y%m%d}-{until:%Y%m%d}.{form}", FORMS[form], f"{text}\n".encode())

    def _answered(self, name: str, begin: datetime, until: datetime, team: str) -> Answered | None:
        try:
            saved = report(name)
        except ConfigurationError:
            return None
        where = place(self._settings.record)
        return Answered(saved, ask(where, saved.sql, period(begin, until, team)))

    def _keys(self) -> list[Key]:
        folder = self._settings.state / "keys"
        try:
            known = listed(folder)
            signs = Keys(folder, lambda: "").current().id if known else ""
        except ConfigurationError as error:
            raise Away(str(error)) from error
        return [Key(one.id, one.since, one.id == signs) for one in known]

    async def _check(self, begun: Verification) -> None:
        ended = replace(begun, trouble="The check was stopped before its end.")
        try:
            ended = await self._told(begun)
        finally:
            self._running = None
            kept = json.dumps(asdict(replace(ended, ended=self._clock(), share=1.0)))
            with suppress(OSError):
                write_private(prepared(self._file.parent) / KEPT, kept)

    async def _told(self, begun: Verification) -> Verification:
        file = self._settings.file
        given = (str(file),) if file else ()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", MODULE, *given, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        result = begun
        try:
            assert process.stdout is not None  # noqa: S101  (we asked for it)
            async for line in process.stdout:
                result = _with(begun, line)
                self._running = result
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
            await process.wait()
        return result if result.share >= 1.0 or result.trouble else replace(result, trouble="The check broke off.")


def _with(begun: Verification, line: bytes) -> Verification:
    return Verification(**{**asdict(begun), **json.loads(line)})


def _line(saved: Saved) -> ReportLine:
    return ReportLine(saved.name, saved.title, saved.question, saved.controls)
